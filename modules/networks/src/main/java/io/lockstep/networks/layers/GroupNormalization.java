package io.lockstep.networks.layers;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.operations.Norm.GroupNorm;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeFeedForward;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeRecurrent;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Group norm (Wu and He 2018) of images or sequences: over a group of channels and all pixels, or steps, of an example.
 * Unlike batch norm it is the same for any batch, and in training and inference. Parameters: g and b, a channel each.
 */
public final class GroupNormalization extends EngineLayer {
    @JsonProperty
    private int groups = 32;

    @JsonProperty
    private double epsilon = 1e-5;

    @JsonProperty
    private CNN2DFormat format = CNN2DFormat.NHWC;

    private GroupNormalization() {}

    private GroupNormalization(Builder builder) {
        super(builder);
        groups = builder.groups;
        epsilon = builder.epsilon;
    }

    @Override
    protected List<Parameter> listParameters() {
        return List.of(new Parameter("g", Kind.GAIN, 1, nIn), new Parameter("b", Kind.BIAS, 1, nIn));
    }

    @Override
    public String append(GraphBuilder graph, String name, String input) {
        graph.add(name, new GroupNorm(groups, epsilon), input);
        return name;
    }

    @Override
    public InputType getOutputType(int index, InputType input) {
        return input;
    }

    @Override
    public void setNIn(InputType input, boolean override) {
        if (input instanceof InputTypeConvolutional images) {
            nIn = images.getChannels();
            format = images.getFormat();
        } else {
            nIn = input instanceof InputTypeFeedForward vector
                    ? vector.getSize()
                    : ((InputTypeRecurrent) input).getSize();
        }
        nOut = nIn;
        if (groups > 0 && nIn % groups != 0) {
            throw new IllegalArgumentException("layer '" + getLayerName() + "' has " + nIn
                    + " channels, which do not make " + groups + " groups of as many each");
        }
    }

    @Override
    CNN2DFormat imageFormat() {
        return format;
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType input) {
        return input instanceof InputTypeRecurrent ? super.getPreProcessorForInputType(input) : null;
    }

    public static final class Builder extends BaseRecurrentLayer.Builder<Builder> {
        private int groups = 32;
        private double epsilon = 1e-5;

        /** That divide the channels; 1: layer norm over all; {@link GroupNorm#CHANNELS}: a channel each, instance norm. */
        public Builder groups(int value) {
            groups = value;
            return this;
        }

        /** Added to the variance. */
        public Builder epsilon(double value) {
            epsilon = value;
            return this;
        }

        @Override
        @SuppressWarnings("unchecked")
        public GroupNormalization build() {
            return new GroupNormalization(this);
        }
    }
}
