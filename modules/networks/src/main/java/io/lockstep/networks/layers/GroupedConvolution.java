package io.lockstep.networks.layers;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Window;
import io.lockstep.engine.operations.Products.Convolution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Convolution of images in groups: outputs of a group see its inputs alone (Xie et al. 2017, section 3.3). With a group
 * for each input channel it is depthwise, and with a 1x1 ConvolutionLayer behind that, separable (Chollet 2017). It has
 * no activation: an ActivationLayer goes behind it. Parameters: b (nOut) if it has a bias, W (nOut, nIn / groups,
 * height, width).
 */
public final class GroupedConvolution extends EngineLayer {
    /** As many groups as input channels. */
    public static final int DEPTHWISE = 0;

    @JsonProperty
    private int groups = 1;

    /** This and the next three: height, width. */
    @JsonProperty
    private int[] kernelSize = {3, 3};

    @JsonProperty
    private int[] stride = {1, 1};

    @JsonProperty
    private int[] padding = {0, 0};

    @JsonProperty
    private int[] dilation = {1, 1};

    @JsonProperty
    private boolean hasBias = true;

    @JsonProperty
    private CNN2DFormat format = CNN2DFormat.NHWC;

    private GroupedConvolution() {}

    private GroupedConvolution(Builder builder) {
        super(builder);
        groups = builder.groups;
        kernelSize = builder.kernelSize;
        stride = builder.stride;
        padding = builder.padding;
        dilation = builder.dilation;
        hasBias = builder.hasBias;
    }

    @Override
    protected List<Parameter> listParameters() {
        List<Parameter> parameters = new ArrayList<>();
        if (hasBias) {
            parameters.add(new Parameter("b", Kind.BIAS, 1, nOut));
        }
        long pixels = (long) kernelSize[0] * kernelSize[1];
        long inputsOfGroup = groups == DEPTHWISE ? 1 : nIn / groups;
        // as DL4J's ConvolutionLayer counts: a stride leaves an input fewer outputs to go to
        double fanOut = (double) nOut / groupCount() * pixels / (stride[0] * stride[1]);
        parameters.add(new Parameter("W", Kind.WEIGHT, nOut, inputsOfGroup * pixels, fanOut));
        return parameters;
    }

    private int groupCount() {
        return groups == DEPTHWISE ? Math.toIntExact(nIn) : groups;
    }

    private Window window() {
        return Window.of(kernelSize[0], kernelSize[1])
                .strided(stride[0], stride[1])
                .padded(padding[0], padding[1])
                .dilated(dilation[0], dilation[1]);
    }

    @Override
    public String append(GraphBuilder graph, String name, String input) {
        graph.add(name, new Convolution(Math.toIntExact(nOut), window(), groupCount(), hasBias), input);
        return name;
    }

    @Override
    public InputType getOutputType(int index, InputType input) {
        InputTypeConvolutional images = images(input);
        Window window = window();
        try {
            int height = window.outputHeight(Math.toIntExact(images.getHeight()));
            int width = window.outputWidth(Math.toIntExact(images.getWidth()));
            return InputType.convolutional(height, width, nOut, images.getFormat());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("layer '" + getLayerName() + "': " + e.getMessage(), e);
        }
    }

    @Override
    public void setNIn(InputType input, boolean override) {
        InputTypeConvolutional images = images(input);
        nIn = images.getChannels();
        format = images.getFormat();
        if (nOut == 0 && groups == DEPTHWISE) {
            nOut = nIn;
        }
        int count = groupCount();
        if (nOut < 1 || nIn % count != 0 || nOut % count != 0) {
            throw new IllegalArgumentException("layer '" + getLayerName() + "': " + count + " groups do not divide "
                    + nIn + " input and " + nOut + " output channels; take a number of groups that divides both, or"
                    + " GroupedConvolution.DEPTHWISE with a multiple of " + nIn + " outputs");
        }
    }

    private InputTypeConvolutional images(InputType input) {
        if (input instanceof InputTypeConvolutional images) {
            return images;
        }
        throw new IllegalArgumentException("layer '" + getLayerName() + "' reads images, not " + input);
    }

    @Override
    CNN2DFormat imageFormat() {
        return format;
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType input) {
        return null;
    }

    /** What is set as sides takes one number for both, or height and width. */
    public static final class Builder extends BaseRecurrentLayer.Builder<Builder> {
        private int groups = 1;
        private int[] kernelSize = {3, 3};
        private int[] stride = {1, 1};
        private int[] padding = {0, 0};
        private int[] dilation = {1, 1};
        private boolean hasBias = true;

        /** That divide inputs and outputs, or {@link #DEPTHWISE}, where nOut is nIn unless it is set; 1 by default. */
        public Builder groups(int value) {
            if (value < 0) {
                throw new IllegalArgumentException("groups are at least 1, or GroupedConvolution.DEPTHWISE");
            }
            groups = value;
            return this;
        }

        /** Sides of the kernel; 3 by default. */
        public Builder kernelSize(int... sides) {
            kernelSize = pair("kernelSize", sides);
            return this;
        }

        /** 1 by default. */
        public Builder stride(int... sides) {
            stride = pair("stride", sides);
            return this;
        }

        /** Zeros before and after the rows, and before and after the columns; 0 by default. */
        public Builder padding(int... sides) {
            padding = pair("padding", sides);
            return this;
        }

        /** 1, a dense kernel, by default. */
        public Builder dilation(int... sides) {
            dilation = pair("dilation", sides);
            return this;
        }

        public Builder hasBias(boolean value) {
            hasBias = value;
            return this;
        }

        private static int[] pair(String name, int[] sides) {
            if (sides.length < 1 || sides.length > 2) {
                throw new IllegalArgumentException(
                        name + " is one number, or height and width, not " + Arrays.toString(sides));
            }
            return new int[] {sides[0], sides[sides.length - 1]};
        }

        @Override
        @SuppressWarnings("unchecked")
        public GroupedConvolution build() {
            if (activationFn != null && !(activationFn instanceof ActivationIdentity)) {
                throw new IllegalArgumentException(
                        "a GroupedConvolution has no activation of its own; put an ActivationLayer behind it");
            }
            GroupedConvolution layer = new GroupedConvolution(this);
            layer.window(); // which checks the numbers
            return layer;
        }
    }
}
