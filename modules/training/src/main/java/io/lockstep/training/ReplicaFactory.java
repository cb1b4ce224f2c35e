package io.lockstep.training;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.ImageShape;
import java.io.Serializable;
import java.util.function.Consumer;

/** Makes a rank's replica, on the rank, for the data it will see. */
@FunctionalInterface
public interface ReplicaFactory extends Serializable {
    Replica create(Setup setup);

    /**
     * What a replica must be made for.
     *
     * @param examples their shape
     * @param classes to tell apart
     * @param largestBatch examples of the largest batch that will come
     * @param seed of the initial parameters
     * @param threads to compute with
     * @param notices told what a person should know of the choice that was made
     * @param group of the ranks that train together, for layers that look at the batches of all; null outside training
     */
    record Setup(
            ImageShape examples,
            int classes,
            int largestBatch,
            long seed,
            int threads,
            Consumer<String> notices,
            ProcessGroup group) {
        /** Outside training. */
        public Setup(
                ImageShape examples, int classes, int largestBatch, long seed, int threads, Consumer<String> notices) {
            this(examples, classes, largestBatch, seed, threads, notices, null);
        }
    }
}
