package io.lockstep.datasets.loading;

import io.lockstep.datasets.ExampleRange;

/** Which examples make a rank's batch of each step. Called by the loader's thread alone. */
interface BatchPlan {
    /** One after the last step; {@link Long#MAX_VALUE} where there is no last. */
    long endStep();

    /** Examples of the longest batch. */
    int largestBatch();

    /** Selects a step; what follows is about it. */
    void select(long step);

    int size();

    /** Place of the selected batch's first example in the epoch's order. */
    int start();

    /** The dataset's index of an example of the selected batch. */
    int example(int position);

    /** The epoch of the selected step, which augmentation depends on. */
    long epoch();

    /** Reads some of what later batches need; called once the selected one is made. */
    default void readAhead() {}

    /** A rank's slices of shuffled global batches, without end. */
    static BatchPlan training(Sampler sampler, ExampleOrder order, int rank, int worldSize) {
        ExampleRange.checkRank(rank, worldSize);
        return new BatchPlan() {
            private long epoch;
            private int start;
            private int size;

            @Override
            public long endStep() {
                return Long.MAX_VALUE;
            }

            @Override
            public int largestBatch() {
                return sampler.largestLocalBatch(rank, worldSize);
            }

            @Override
            public void select(long step) {
                epoch = sampler.epoch(step);
                ExampleRange slice = sampler.localSlice(step, rank, worldSize);
                start = slice.start();
                size = slice.size();
            }

            @Override
            public int size() {
                return size;
            }

            @Override
            public int start() {
                return start;
            }

            @Override
            public int example(int position) {
                return order.example(epoch, start + position);
            }

            @Override
            public long epoch() {
                return epoch;
            }

            @Override
            public void readAhead() {
                order.readAhead(epoch, start + size);
            }
        };
    }

    /**
     * All examples once, in order.
     *
     * @param firstExample place of the first in the set that these are a part of
     */
    static BatchPlan sequential(int examples, int batchSize, int firstExample) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch of " + batchSize);
        }
        return new BatchPlan() {
            private int start;

            @Override
            public long endStep() {
                return ((long) examples + batchSize - 1) / batchSize;
            }

            @Override
            public int largestBatch() {
                return Math.min(examples, batchSize);
            }

            @Override
            public void select(long step) {
                start = (int) (step * batchSize);
            }

            @Override
            public int size() {
                return Math.min(batchSize, examples - start);
            }

            @Override
            public int start() {
                return firstExample + start;
            }

            @Override
            public int example(int position) {
                return start + position;
            }

            @Override
            public long epoch() {
                return 0;
            }
        };
    }
}
