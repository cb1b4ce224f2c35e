package io.lockstep.datasets.loading;

import io.lockstep.datasets.ExampleRange;

/** How the steps of a run go over its training set. */
public interface Epochs {
    /** Examples of one pass; 0 where nobody knows. */
    int examples();

    int globalBatch();

    int stepsPerEpoch();

    /** Of the longest batch of a rank. */
    default int largestLocalBatch(int rank, int worldSize) {
        return ExampleRange.shard(globalBatch(), rank, worldSize).size();
    }

    /** Examples of a global step over all ranks. */
    default int globalBatchSize(long step) {
        return globalBatch();
    }

    /** The epoch of a global step; both count from 0. */
    default long epoch(long step) {
        return checked(step) / stepsPerEpoch();
    }

    default int stepInEpoch(long step) {
        return (int) (checked(step) % stepsPerEpoch());
    }

    /** Examples that all ranks have seen in the first {@code steps} steps of a run. */
    default long examplesBefore(long steps) {
        return steps * globalBatch();
    }

    /**
     * Of a stream, every batch of which is full.
     *
     * @param examples of one pass; 0: nobody knows
     * @param steps of the run, which is one epoch where nobody knows
     */
    static Epochs ofStream(int examples, int globalBatch, long steps) {
        int stepsPerEpoch = Math.toIntExact(examples > 0 ? ((long) examples + globalBatch - 1) / globalBatch : steps);
        return new StreamEpochs(examples, globalBatch, stepsPerEpoch);
    }

    private static long checked(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("step " + step);
        }
        return step;
    }

    /** @param examples 0 where nobody knows */
    record StreamEpochs(int examples, int globalBatch, int stepsPerEpoch) implements Epochs {
        public StreamEpochs {
            if (examples < 0 || globalBatch < 1 || stepsPerEpoch < 1) {
                throw new IllegalArgumentException(
                        examples + " examples, global batch " + globalBatch + ", " + stepsPerEpoch + " steps an epoch");
            }
        }
    }
}
