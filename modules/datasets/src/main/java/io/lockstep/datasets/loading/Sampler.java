package io.lockstep.datasets.loading;

import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.SplitMix64;

/**
 * Which examples a rank draws: a function of (seed, epoch, step, rank, worldSize) and of nothing else, so that a run can
 * be resumed at any step and repeated with any number of ranks.
 *
 * <p>An epoch is one permutation of all examples. Step s of it takes the next {@code globalBatch} of them (fewer in the
 * last step), and each rank a contiguous slice of those:
 *
 * <pre>
 *   permutation(epoch)  | 7 2 9 0 | 4 1 8 3 | 6 5 |        10 examples, global batch 4: 3 steps
 *   worldSize 1           0 0 0 0   0 0 0 0   0 0          the rank that draws each
 *   worldSize 3           0 0 1 2   0 0 1 2   0 1          rank 2 has an empty last slice
 * </pre>
 *
 * <p>Over the ranks, in rank order, the slices are the same global batch for every worldSize: every example exactly once
 * an epoch.
 *
 * @param seed the run's
 * @param examples in the training set
 * @param globalBatch examples of one step over all ranks
 */
public record Sampler(long seed, int examples, int globalBatch) implements Epochs {
    private static final long PERMUTATION_STREAM = 1;

    public Sampler {
        if (examples < 1 || globalBatch < 1) {
            throw new IllegalArgumentException(examples + " examples, global batch " + globalBatch);
        }
    }

    @Override
    public int stepsPerEpoch() {
        return (int) (((long) examples + globalBatch - 1) / globalBatch);
    }

    @Override
    public long examplesBefore(long steps) {
        return epoch(steps) * examples + (long) stepInEpoch(steps) * globalBatch;
    }

    /** Examples of a global step over all ranks: {@code globalBatch}, or fewer in an epoch's last step. */
    @Override
    public int globalBatchSize(long step) {
        return globalSlice(step).size();
    }

    /** Where a rank's examples lie in {@link #permutation} of the step's epoch. */
    public ExampleRange localSlice(long step, int rank, int worldSize) {
        ExampleRange global = globalSlice(step);
        ExampleRange local = ExampleRange.shard(global.size(), rank, worldSize);
        return new ExampleRange(global.start() + local.start(), global.start() + local.end());
    }

    @Override
    public int largestLocalBatch(int rank, int worldSize) {
        return ExampleRange.shard(Math.min(examples, globalBatch), rank, worldSize)
                .size();
    }

    /** The order of an epoch's examples, written into {@code order}, which has one element an example. */
    public void permutation(long epoch, int[] order) {
        if (order.length != examples) {
            throw new IllegalArgumentException("an array of " + order.length + " for " + examples + " examples");
        }
        var random = new SplitMix64().start(seed, PERMUTATION_STREAM, epoch);
        // Fisher and Yates, inside out
        for (int i = 0; i < examples; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
    }

    public int[] permutation(long epoch) {
        int[] order = new int[examples];
        permutation(epoch, order);
        return order;
    }

    private ExampleRange globalSlice(long step) {
        long start = (long) stepInEpoch(step) * globalBatch;
        return new ExampleRange((int) start, (int) Math.min(start + globalBatch, examples));
    }
}
