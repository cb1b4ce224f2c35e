package io.lockstep.engine.operations;

import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import java.util.List;

/** On the time steps of sequences. A sequence of T time steps of F features is a {@link Shape} of (T, 1, F). */
public final class Sequences {
    private Sequences() {}

    /** 0 for a time step all of whose features are {@code nothing}, otherwise 1: (T, 1, F) to (T, 1, 1). No gradient passes. */
    public record TimeStepMask(double nothing) implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return Shape.sequence(Vectors.steps(inputs.get(0)), 1);
        }

        @Override
        public boolean passesGradient() {
            return false;
        }
    }

    /**
     * One time step of a sequence, as a vector. With {@code masked} a second input follows, (T, 1, 1), and time steps whose number is 0
     * do not count; of a sequence without any it is 0.
     */
    public record TakeTimeStep(Which which, boolean masked) implements Operation {
        public TakeTimeStep(Which which) {
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
            Vectors.requireMask(inputs.get(inputs.size() - 1), masked, Vectors.steps(inputs.get(0)));
            return Shape.vector(inputs.get(0).channels());
        }

        /** The time step of {@code steps} that is asked {@code i}-th, from 0, whether it counts. */
        public int candidate(int i, int steps) {
            return which == Which.FIRST ? i : steps - 1 - i;
        }
    }

    /** Some time steps of a sequence, from {@code first} on. */
    public record TimeStepRange(int first, int count) implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            int steps = Vectors.steps(inputs.get(0));
            if (first < 0 || count < 1 || first + count > steps) {
                throw new IllegalArgumentException("steps " + first + " to " + (first + count) + " of " + steps);
            }
            return Shape.sequence(count, inputs.get(0).channels());
        }
    }

    /**
     * Vectors of a table, chosen by numbers: (T, 1, 1) whole numbers from 0 to vocabulary - 1 as float32, to (T, 1,
     * units). Parameters: the table (units, vocabulary), as DL4J's lies.
     */
    public record Embedding(int vocabulary, int units) implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            if (x.channels() != 1) {
                throw new IllegalArgumentException("an embedding wants one number a step, not " + x);
            }
            return Shape.sequence(Vectors.steps(x), units);
        }

        @Override
        public int parametersOf(List<Shape> inputs) {
            return Math.multiplyExact(vocabulary, units);
        }
    }

    /** Adds a vector for each time step's place. Learned: parameters (T, F). Otherwise Vaswani et al. 2017, section 3.5. */
    public record Positions(boolean learned) implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Vectors.steps(inputs.get(0));
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

    /** A learned time step before all others (Dosovitskiy et al. 2021, section 3.1). Parameters: the time step (F). */
    public record ClassToken() implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return Shape.sequence(
                    Vectors.steps(inputs.get(0)) + 1, inputs.get(0).channels());
        }

        @Override
        public int parametersOf(List<Shape> inputs) {
            return inputs.get(0).channels();
        }
    }
}
