package io.lockstep.training;

import java.io.Serializable;

/** Makes a rank's replica, on the rank, for the data it will see. */
@FunctionalInterface
public interface ReplicaFactory extends Serializable {
    /**
     * @param channels of a picture; height and width in pixels
     * @param classes to tell apart
     * @param largestBatch examples of the largest batch that will come
     * @param seed of the initial parameters
     */
    Replica create(int channels, int height, int width, int classes, int largestBatch, long seed);
}
