package io.lockstep.engine.operations;

import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import java.util.List;

/** Normalisation: what comes out has the shape of what goes in. */
public interface Norm extends Operation {
    @Override
    default Shape outputOf(List<Shape> inputs) {
        return inputs.get(0);
    }

    /**
     * Batch norm over all but the channels (Ioffe and Szegedy 2015). Parameters: gamma, beta, running mean, running
     * variance or log10 of the running standard deviation. The gradient at the last two is the change that, subtracted,
     * gives decay x old + (1 - decay) x batch's.
     *
     * @param logDeviation how the running variance is held
     * @param fixed whether training passes too normalise by the running statistics, which stay as they are
     */
    record BatchNorm(double epsilon, double decay, boolean logDeviation, boolean fixed) implements Norm {
        public BatchNorm(double epsilon, double decay, boolean logDeviation) {
            this(epsilon, decay, logDeviation, false);
        }

        /** What an evaluation does, in any pass. */
        public BatchNorm withFixedStatistics() {
            return new BatchNorm(epsilon, decay, logDeviation, true);
        }

        @Override
        public int parametersOf(List<Shape> inputs) {
            return 4 * inputs.get(0).channels();
        }
    }

    /**
     * Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3): y = x / (k + alpha times the
     * sum of squares of the nearest {@code size} channels) to the power of beta.
     *
     * @param size odd
     */
    record ResponseNorm(int size, double k, double alpha, double beta) implements Norm {
        public ResponseNorm {
            if (size < 1 || size % 2 == 0) {
                throw new IllegalArgumentException("a response norm over " + size + " channels; the number is odd");
            }
        }
    }

    /**
     * Over the features of each time step, or of a vector (Ba et al. 2016). Parameters: gain (F), then bias (F) if there is
     * one.
     */
    record LayerNorm(double epsilon, boolean bias) implements Norm {
        @Override
        public int parametersOf(List<Shape> inputs) {
            return inputs.get(0).channels() * (bias ? 2 : 1);
        }
    }

    /**
     * Over the pixels, or time steps, of an example and a group of its channels (Wu and He 2018); with one group it is layer norm
     * over the whole example, with a channel a group instance norm (Ulyanov et al. 2016). Parameters: gain (C), bias (C).
     *
     * @param groups of channels, as many in each; {@link #CHANNELS}: a channel each
     */
    record GroupNorm(int groups, double epsilon) implements Norm {
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
}
