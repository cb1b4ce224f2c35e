package io.lockstep.engine;

import java.util.List;

/**
 * Operations on sequences. A sequence of T steps of F features is a {@link Shape} of (T, 1, F): in memory (examples, T,
 * F).
 */
public sealed interface SequenceOperation extends Operation.OnSequences {
    /** @throws IllegalArgumentException if the inputs do not fit */
    Shape outputOf(List<Shape> inputs);

    /** In the flat vector; the order is told by each operation. */
    default int parametersOf(List<Shape> inputs) {
        return 0;
    }

    /** In matrix products of one forward pass of one example. */
    default long multiplyAddsOf(List<Shape> inputs) {
        return 0;
    }

    /**
     * An operation that carries a state of {@code units} numbers, 0 at first, from step to step. With {@code masked} a second
     * input follows, (T, 1, 1): a step whose number is 0 gives 0 and leaves a state of 0, as DL4J has it.
     */
    sealed interface Recurrent extends SequenceOperation {
        int units();

        boolean masked();

        /** From the last step to the first; the output of a step still lies at that step. */
        boolean reversed();

        /** Rows of the weight matrices for each unit. */
        int gates();

        /** Whether the recurrent product has a bias of its own. */
        default boolean recurrentBias() {
            return false;
        }

        @Override
        default int fewestInputs() {
            return masked() ? 2 : 1;
        }

        @Override
        default Shape outputOf(List<Shape> inputs) {
            int steps = steps(inputs.get(0));
            requireMask(inputs.get(inputs.size() - 1), masked(), steps);
            return Shape.sequence(steps, units());
        }

        /** Input weights (gates x units, F), recurrent weights (gates x units, units), bias (gates x units). */
        @Override
        default int parametersOf(List<Shape> inputs) {
            int rows = gates() * units();
            int biases = recurrentBias() ? 2 : 1;
            return Math.multiplyExact(rows, inputs.get(0).channels() + units() + biases);
        }

        @Override
        default long multiplyAddsOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            return (long) x.height() * gates() * units() * (x.channels() + units());
        }
    }

    /**
     * Hochreiter and Schmidhuber 1997 with forget gates (Gers et al. 2000), without peepholes:
     *
     * <pre>
     *   a = tanh(..)   f, o, i = sigmoid(W x + R h + b)      c' = f c + i a      h' = o tanh(c')
     * </pre>
     *
     * Parameters: W (4 units, F), R (4 units, units), b (4 units), each in the order a, f, o, i: DL4J's.
     */
    record Lstm(int units, boolean reversed, boolean masked) implements Recurrent {
        public Lstm(int units, boolean reversed) {
            this(units, reversed, false);
        }

        @Override
        public int gates() {
            return 4;
        }
    }

    /** h' = tanh(W x + R h + b). Parameters: W (units, F), R (units, units), b (units). */
    record SimpleRnn(int units, boolean reversed, boolean masked) implements Recurrent {
        public SimpleRnn(int units, boolean reversed) {
            this(units, reversed, false);
        }

        @Override
        public int gates() {
            return 1;
        }
    }

    /**
     * Cho et al. 2014 with the reset gate behind the product, as cuDNN and PyTorch have it:
     *
     * <pre>
     *   r, z = sigmoid(W x + b + R h + d)      n = tanh(W x + b + r (R h + d))      h' = (1 - z) n + z h
     * </pre>
     *
     * Parameters: W (3 units, F), R (3 units, units), b (3 units), d (3 units), each in the order r, z, n.
     */
    record Gru(int units, boolean reversed, boolean masked) implements Recurrent {
        public Gru(int units, boolean reversed) {
            this(units, reversed, false);
        }

        @Override
        public int gates() {
            return 3;
        }

        @Override
        public boolean recurrentBias() {
            return true;
        }
    }

    /** 0 for a step all of whose features are {@code nothing}, otherwise 1: (T, 1, F) to (T, 1, 1). No gradient passes. */
    record StepMask(double nothing) implements SequenceOperation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return Shape.sequence(steps(inputs.get(0)), 1);
        }
    }

    /**
     * One step of a sequence, as a vector. With {@code masked} a second input follows, (T, 1, 1), and steps whose number is 0
     * do not count; of a sequence without any it is 0.
     */
    record TakeStep(Which which, boolean masked) implements SequenceOperation {
        public TakeStep(Which which) {
            this(which, false);
        }

        /** Which one. */
        public enum Which {
            FIRST,
            LAST
        }

        @Override
        public int fewestInputs() {
            return masked ? 2 : 1;
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            requireMask(inputs.get(inputs.size() - 1), masked, steps(inputs.get(0)));
            return Shape.vector(inputs.get(0).channels());
        }

        /** The step of {@code steps} that is asked {@code i}-th, from 0, whether it counts. */
        public int candidate(int i, int steps) {
            return which == Which.FIRST ? i : steps - 1 - i;
        }
    }

    /** Some steps of a sequence, from {@code first} on. */
    record StepRange(int first, int count) implements SequenceOperation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            int steps = steps(inputs.get(0));
            if (first < 0 || count < 1 || first + count > steps) {
                throw new IllegalArgumentException("steps " + first + " to " + (first + count) + " of " + steps);
            }
            return Shape.sequence(count, inputs.get(0).channels());
        }
    }

    /** The rows of an image as the steps of a sequence: (H, W, C) to (H, 1, W C). Nothing moves. */
    record Rows() implements SequenceOperation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            return Shape.sequence(x.height(), x.width() * x.channels());
        }
    }

    /** The pixels of an image, row by row, as the steps of a sequence: (H, W, C) to (H W, 1, C). Nothing moves. */
    record Pixels() implements SequenceOperation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return Shape.sequence(inputs.get(0).pixels(), inputs.get(0).channels());
        }
    }

    /**
     * Over the features of each step, or of a vector (Ba et al. 2016). Parameters: gain (F), then bias (F) if there is
     * one.
     */
    record LayerNorm(double epsilon, boolean bias) implements SequenceOperation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return inputs.get(0);
        }

        @Override
        public int parametersOf(List<Shape> inputs) {
            return inputs.get(0).channels() * (bias ? 2 : 1);
        }
    }

    /**
     * Over the pixels, or steps, of an example and a group of its channels (Wu and He 2018); with one group it is layer norm
     * over the whole example, with a channel a group instance norm (Ulyanov et al. 2016). Parameters: gain (C), bias (C).
     *
     * @param groups of channels, as many in each; {@link #CHANNELS}: a channel each
     */
    record GroupNorm(int groups, double epsilon) implements SequenceOperation {
        /** As many groups as channels. */
        public static final int CHANNELS = 0;

        public int groupsOf(int channels) {
            return groups == CHANNELS ? channels : groups;
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            int channels = inputs.get(0).channels();
            if (groups < 0 || channels % groupsOf(channels) != 0) {
                throw new IllegalArgumentException(channels + " channels do not make " + groups + " groups");
            }
            return inputs.get(0);
        }

        @Override
        public int parametersOf(List<Shape> inputs) {
            return 2 * inputs.get(0).channels();
        }
    }

    /**
     * Vectors of a table, chosen by numbers: (T, 1, 1) whole numbers from 0 to vocabulary - 1 as float32, to (T, 1,
     * units). Parameters: the table (units, vocabulary), as DL4J's lies.
     */
    record Embedding(int vocabulary, int units) implements SequenceOperation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            if (x.channels() != 1) {
                throw new IllegalArgumentException("an embedding wants one number a step, not " + x);
            }
            return Shape.sequence(steps(x), units);
        }

        @Override
        public int parametersOf(List<Shape> inputs) {
            return Math.multiplyExact(vocabulary, units);
        }
    }

    /** Adds a vector for each step's place. Learned: parameters (T, F). Otherwise Vaswani et al. 2017, section 3.5. */
    record Positions(boolean learned) implements SequenceOperation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            steps(inputs.get(0));
            return inputs.get(0);
        }

        @Override
        public int parametersOf(List<Shape> inputs) {
            return learned ? inputs.get(0).elements() : 0;
        }

        /** PE(t, 2i) = sin(t / 10000^(2i / F)), PE(t, 2i + 1) = cos of the same. */
        public static double sinusoid(int step, int feature, int features) {
            double angle = step / Math.pow(10_000, (double) (feature - feature % 2) / features);
            return feature % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
        }
    }

    /** A learned step before all others (Dosovitskiy et al. 2021, section 3.1). Parameters: the step (F). */
    record ClassToken() implements SequenceOperation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return Shape.sequence(steps(inputs.get(0)) + 1, inputs.get(0).channels());
        }

        @Override
        public int parametersOf(List<Shape> inputs) {
            return inputs.get(0).channels();
        }
    }

    /**
     * Scaled dot-product attention of several heads (Vaswani et al. 2017, section 3.2), without projections:
     * softmax(q k^T / sqrt(F / heads)) v for each head's F / heads features.
     *
     * <p>Inputs: q, k and v one behind the other in one sequence (T, 1, 3 F); or, for cross-attention, q (T, 1, F) and
     * then k and v (S, 1, 2 F). With {@code padding} a last input follows, (S, 1, 1): a step whose number is 0 is not
     * attended to. A query with nothing to attend to gives 0.
     *
     * @param causal a step sees itself and those before it
     * @param retain in training, the probability that a weight is kept, and then divided by it; 1 for no dropout
     */
    record Attention(int heads, boolean causal, boolean padding, double retain) implements SequenceOperation {
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
            inputs.forEach(SequenceOperation::steps);
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
            requireMask(inputs.get(inputs.size() - 1), padding, keys.height());
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

    private static void requireMask(Shape mask, boolean masked, int steps) {
        if (masked && (mask.channels() != 1 || steps(mask) != steps)) {
            throw new IllegalArgumentException("a mask of " + mask + " for " + steps + " steps");
        }
    }

    private static int steps(Shape shape) {
        if (shape.width() != 1) {
            throw new IllegalArgumentException("wants a sequence, not " + shape);
        }
        return shape.height();
    }
}
