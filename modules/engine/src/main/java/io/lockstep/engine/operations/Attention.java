package io.lockstep.engine.operations;

import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import java.util.List;

/**
 * Scaled dot-product attention of several heads (Vaswani et al. 2017, section 3.2), without projections:
 * softmax(q k^T / sqrt(F / heads)) v for each head's F / heads features.
 *
 * <p>Inputs: q, k and v one behind the other in one sequence (T, 1, 3 F); or, for cross-attention, q (T, 1, F) and
 * then k and v (S, 1, 2 F). With {@code padding} a last input follows, (S, 1, 1): a time step whose number is 0 is not
 * attended to. A query with nothing to attend to gives 0.
 *
 * @param causal a time step sees itself and those before it
 * @param retain in training, the probability that a weight is kept, and then divided by it; 1 for no dropout
 */
public record Attention(int heads, boolean causal, boolean padding, double retain) implements Operation {
    public Attention(int heads, boolean causal, boolean padding) {
        this(heads, causal, padding, 1);
    }

    @Override
    public int fewestInputs() {
        return padding ? 2 : 1;
    }

    @Override
    public int mostInputs() {
        return fewestInputs() + 1;
    }

    @Override
    public Shape outputOf(List<Shape> inputs) {
        inputs.forEach(Vectors::steps);
        int features = features(inputs);
        if (features % heads != 0) {
            throw new IllegalArgumentException(heads + " heads do not divide " + features + " features");
        }
        Shape keys = inputs.get(crosses(inputs) ? 1 : 0);
        if (crosses(inputs) && keys.channels() != 2 * features) {
            throw new IllegalArgumentException("queries of " + inputs.get(0) + " for keys and values of " + keys);
        }
        if (causal && keys.height() != inputs.get(0).height()) {
            throw new IllegalArgumentException("causal attention of " + inputs.get(0) + " to " + keys);
        }
        Vectors.requireMask(inputs.get(inputs.size() - 1), padding, keys.height());
        return Shape.sequence(inputs.get(0).height(), features);
    }

    /** Whether keys and values come from another sequence than queries. */
    public boolean crosses(List<Shape> inputs) {
        return inputs.size() == (padding ? 3 : 2);
    }

    public int features(List<Shape> inputs) {
        int channels = inputs.get(0).channels();
        if (!crosses(inputs) && channels % 3 != 0) {
            throw new IllegalArgumentException("no queries, keys and values of equal width in " + inputs.get(0));
        }
        return crosses(inputs) ? channels : channels / 3;
    }

    @Override
    public long multiplyAddsOf(List<Shape> inputs) {
        long queries = inputs.get(0).height();
        long keys = inputs.get(crosses(inputs) ? 1 : 0).height();
        return 2 * queries * keys * features(inputs);
    }
}
