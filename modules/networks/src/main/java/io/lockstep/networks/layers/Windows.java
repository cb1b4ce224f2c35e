package io.lockstep.networks.layers;

import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import org.deeplearning4j.nn.conf.ConvolutionMode;

/** How DL4J pads what a convolution or a pooling looks at. */
public final class Windows {
    private Windows() {}

    /**
     * @param kernel height and width, as all that follow
     * @param padding on both sides; not looked at in mode Same
     * @param mode of Strict, Truncate and Same
     */
    public static Window of(
            Shape input, int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
        int top = padding[0];
        int bottom = padding[0];
        int left = padding[1];
        int right = padding[1];
        if (mode == ConvolutionMode.Same) {
            int height = samePadding(input.height(), kernel[0], stride[0], dilation[0]);
            int width = samePadding(input.width(), kernel[1], stride[1], dilation[1]);
            top = height / 2;
            bottom = height - top; // the odd one at the end
            left = width / 2;
            right = width - left;
        }
        return Window.of(kernel[0], kernel[1])
                .strided(stride[0], stride[1])
                .padded(top, bottom, left, right)
                .dilated(dilation[0], dilation[1]);
    }

    /** So that there is an output for each stride of the input. */
    private static int samePadding(int input, int kernel, int stride, int dilation) {
        int output = (input + stride - 1) / stride;
        return Math.max(0, (output - 1) * stride + (kernel - 1) * dilation + 1 - input);
    }
}
