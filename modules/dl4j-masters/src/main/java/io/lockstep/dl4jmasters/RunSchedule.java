package io.lockstep.dl4jmasters;

import io.lockstep.training.run.RunOptions.LearningOptions;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * The run's learning rate in DL4J's words. A record, because DL4J lays layers out in one block of updater state only if
 * their updaters, schedules included, are equal.
 *
 * @param steps of the whole run
 */
record RunSchedule(LearningOptions learning, long steps, int stepsPerEpoch) implements ISchedule {
    /** @param iteration number of the update, from 0; each worker counts its own, and all alike */
    @Override
    public double valueAt(int iteration, int epoch) {
        return learning.over(steps, stepsPerEpoch).at(iteration);
    }

    @Override
    public ISchedule clone() {
        return this;
    }
}
