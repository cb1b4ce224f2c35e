package io.lockstep.networks.layers;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.operations.Norm.LayerNorm;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Layer norm (Ba et al. 2016) over the features of each step, or of a vector. Parameters: g, and b if it has a bias. */
public final class LayerNormalization extends EngineLayer {
    @JsonProperty
    private double epsilon = 1e-5;

    @JsonProperty
    private boolean hasBias = true;

    private LayerNormalization() {}

    private LayerNormalization(Builder builder) {
        super(builder);
        epsilon = builder.epsilon;
        hasBias = builder.hasBias;
    }

    @Override
    protected List<Parameter> listParameters() {
        List<Parameter> parameters = new ArrayList<>();
        parameters.add(new Parameter("g", Kind.GAIN, 1, nIn));
        if (hasBias) {
            parameters.add(new Parameter("b", Kind.BIAS, 1, nIn));
        }
        return parameters;
    }

    @Override
    public String append(GraphBuilder graph, String name, String input) {
        graph.add(name, new LayerNorm(epsilon, hasBias), input);
        return name;
    }

    @Override
    public InputType getOutputType(int index, InputType input) {
        return input;
    }

    @Override
    public void setNIn(InputType input, boolean override) {
        nIn = input instanceof InputType.InputTypeFeedForward vector
                ? vector.getSize()
                : ((InputType.InputTypeRecurrent) input).getSize();
        nOut = nIn;
    }

    @Override
    public InputPreProcessor getPreProcessorForInputType(InputType input) {
        return input instanceof InputType.InputTypeFeedForward ? null : super.getPreProcessorForInputType(input);
    }

    public static final class Builder extends BaseRecurrentLayer.Builder<Builder> {
        private double epsilon = 1e-5;
        private boolean hasBias = true;

        /** Added to the variance. */
        public Builder epsilon(double value) {
            epsilon = value;
            return this;
        }

        public Builder hasBias(boolean value) {
            hasBias = value;
            return this;
        }

        @Override
        @SuppressWarnings("unchecked")
        public LayerNormalization build() {
            return new LayerNormalization(this);
        }
    }
}
