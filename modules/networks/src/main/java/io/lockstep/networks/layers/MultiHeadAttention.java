package io.lockstep.networks.layers;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Products.Dense;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Self-attention of several heads with its projections: Vaswani et al. 2017, section 3.2.2. Parameters: Wqkv (nIn, 3
 * nOut), bqkv, Wo (nOut, nOut), bo; the biases only where it has them.
 */
public final class MultiHeadAttention extends EngineLayer {
    @JsonProperty
    private int heads = 1;

    @JsonProperty
    private boolean causal;

    @JsonProperty
    private boolean hasBias = true;

    @JsonProperty
    private double retain = 1;

    private MultiHeadAttention() {}

    private MultiHeadAttention(Builder builder) {
        super(builder);
        heads = builder.heads;
        causal = builder.causal;
        hasBias = builder.hasBias;
        retain = builder.retain;
    }

    @Override
    protected List<Parameter> listParameters() {
        List<Parameter> parameters = new ArrayList<>();
        parameters.add(new Parameter("Wqkv", Kind.WEIGHT, 3 * nOut, nIn));
        if (hasBias) {
            parameters.add(new Parameter("bqkv", Kind.BIAS, 1, 3 * nOut));
        }
        parameters.add(new Parameter("Wo", Kind.RECURRENT_WEIGHT, nOut, nOut));
        if (hasBias) {
            parameters.add(new Parameter("bo", Kind.BIAS, 1, nOut));
        }
        return parameters;
    }

    @Override
    public String append(GraphBuilder graph, String name, String input) {
        return attention(graph, name, input);
    }

    /** Steps that are not there are not attended to. */
    @Override
    public String appendMasked(GraphBuilder graph, String name, String input, String mask) {
        return attention(graph, name, input, mask);
    }

    /** @param mask none, or the node that tells which steps are there */
    private String attention(GraphBuilder graph, String name, String input, String... mask) {
        int features = Math.toIntExact(nOut);
        String projected = graph.beside(name, "qkv");
        String attending = graph.beside(name, "heads");
        boolean masked = mask.length > 0;
        String[] attended = masked ? new String[] {projected, mask[0]} : new String[] {projected};
        graph.add(projected, new Dense(3 * features, hasBias), input);
        graph.add(attending, new Attention(heads, causal, masked, retain), attended);
        graph.add(name, new Dense(features, hasBias), attending);
        return name;
    }

    @Override
    public long multiplyAdds(long steps) {
        return super.multiplyAdds(steps) + 2 * steps * steps * nOut;
    }

    public static final class Builder extends BaseRecurrentLayer.Builder<Builder> {
        private int heads = 1;
        private boolean causal;
        private boolean hasBias = true;
        private double retain = 1;

        public Builder heads(int value) {
            heads = value;
            return this;
        }

        /** A step sees itself and those before it. */
        public Builder causal(boolean value) {
            causal = value;
            return this;
        }

        public Builder hasBias(boolean value) {
            hasBias = value;
            return this;
        }

        /** In training, the probability that an attention weight is kept, and then divided by it; 1, the default: all. */
        public Builder retainWeights(double probability) {
            if (!(probability > 0 && probability <= 1)) {
                throw new IllegalArgumentException(
                        "attention weights are kept with a probability above 0 and up to 1, not " + probability);
            }
            retain = probability;
            return this;
        }

        @Override
        @SuppressWarnings("unchecked")
        public MultiHeadAttention build() {
            if (nOut % heads != 0) {
                throw new IllegalArgumentException(heads + " heads do not divide nOut = " + nOut);
            }
            return new MultiHeadAttention(this);
        }
    }
}
