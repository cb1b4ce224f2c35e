package io.lockstep.engine;

/**
 * Where a kernel looks: output (i, j) sees input rows i x strideHeight - padTop + k x dilationHeight, columns alike.
 *
 * @param dilationHeight 1 for a dense kernel
 */
public record Window(
        int height,
        int width,
        int strideHeight,
        int strideWidth,
        int padTop,
        int padBottom,
        int padLeft,
        int padRight,
        int dilationHeight,
        int dilationWidth) {

    public Window {
        if (height < 1 || width < 1 || strideHeight < 1 || strideWidth < 1 || dilationHeight < 1 || dilationWidth < 1) {
            throw new IllegalArgumentException("kernel, stride and dilation are at least 1");
        }
        if (padTop < 0 || padBottom < 0 || padLeft < 0 || padRight < 0) {
            throw new IllegalArgumentException("padding is at least 0");
        }
    }

    /** A square kernel with the same padding on all sides. */
    public static Window square(int size, int stride, int padding) {
        return new Window(size, size, stride, stride, padding, padding, padding, padding, 1, 1);
    }

    public int outputHeight(int inputHeight) {
        return outputSize(inputHeight + padTop + padBottom, height, strideHeight, dilationHeight);
    }

    public int outputWidth(int inputWidth) {
        return outputSize(inputWidth + padLeft + padRight, width, strideWidth, dilationWidth);
    }

    /** Of a kernel that looks at an image. */
    public Shape outputOf(Shape input, int channels) {
        return new Shape(outputHeight(input.height()), outputWidth(input.width()), channels);
    }

    /** Whether an output sees no pixel of an input at all. */
    public boolean seesPaddingAlone(Shape input) {
        return misses(input.height(), outputHeight(input.height()), height, strideHeight, padTop, dilationHeight)
                || misses(input.width(), outputWidth(input.width()), width, strideWidth, padLeft, dilationWidth);
    }

    private static boolean misses(int input, int outputs, int kernel, int stride, int pad, int dilation) {
        for (int output = 0; output < outputs; output++) {
            boolean inside = false;
            for (int k = 0; k < kernel; k++) {
                int at = output * stride - pad + k * dilation;
                inside |= at >= 0 && at < input;
            }
            if (!inside) {
                return true;
            }
        }
        return false;
    }

    /** Height of the input of which this window makes an output of the given height, as small as it can be. */
    public int inputHeight(int outputHeight) {
        return inputSize(outputHeight, height, strideHeight, dilationHeight) - padTop - padBottom;
    }

    public int inputWidth(int outputWidth) {
        return inputSize(outputWidth, width, strideWidth, dilationWidth) - padLeft - padRight;
    }

    private static int inputSize(int output, int kernel, int stride, int dilation) {
        return (output - 1) * stride + (kernel - 1) * dilation + 1;
    }

    private static int outputSize(int padded, int kernel, int stride, int dilation) {
        int reach = (kernel - 1) * dilation + 1;
        if (padded < reach) {
            throw new IllegalArgumentException(
                    "a kernel that reaches " + reach + " does not fit an input of " + padded);
        }
        return (padded - reach) / stride + 1;
    }
}
