package io.lockstep.datasets.loading;

import io.lockstep.datasets.BlockedDataset;
import io.lockstep.datasets.Dataset;

/** In which order the epochs of a run go over a set: a function of (seed, epoch) and of the set. One thread's. */
interface ExampleOrder {
    /** The example at a place of an epoch. */
    int example(long epoch, int place);

    /**
     * Reads some of what comes after a place, so that it is in memory when it is needed.
     *
     * @param place to which the epoch has been drawn
     */
    default void readAhead(long epoch, int place) {}

    /** @param sampler of the set's examples */
    static ExampleOrder of(Dataset set, Sampler sampler) {
        if (sampler.examples() != set.examples()) {
            throw new IllegalArgumentException(
                    "a sampler of " + sampler.examples() + " examples for " + set.examples());
        }
        return set instanceof BlockedDataset blocked && blocked.blocks() > blocked.window()
                ? new WindowedOrder(blocked, sampler.seed())
                : new Shuffled(sampler);
    }

    /** All examples together. */
    final class Shuffled implements ExampleOrder {
        private final Sampler sampler;
        private final int[] order;
        private long orderEpoch = -1;

        Shuffled(Sampler sampler) {
            this.sampler = sampler;
            this.order = new int[sampler.examples()];
        }

        @Override
        public int example(long epoch, int place) {
            if (epoch != orderEpoch) {
                sampler.permutation(epoch, order);
                orderEpoch = epoch;
            }
            return order[place];
        }
    }
}
