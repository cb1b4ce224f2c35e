package io.lockstep.dl4jmasters;

import java.io.Serializable;

/**
 * What one worker did in one local step.
 *
 * @param worker the executor's id
 * @param lossSum over its examples, without regularisation
 * @param correct predicted right by the network being trained
 * @param updateNanos from the finished gradient to the changed parameters, DL4J's encoding and decoding included
 * @param bytesSent by DL4J's transport since this worker's step before; 0 where Spark carries the exchange
 */
record WorkerStep(
        String worker,
        int examples,
        double lossSum,
        int correct,
        long forwardBackwardNanos,
        long updateNanos,
        long bytesSent)
        implements Serializable {
    static WorkerStep nothingOf(String worker) {
        return new WorkerStep(worker, 0, 0, 0, 0, 0, 0);
    }

    /** The sum, told as this worker's. */
    WorkerStep plus(WorkerStep other) {
        return new WorkerStep(
                worker,
                examples + other.examples,
                lossSum + other.lossSum,
                correct + other.correct,
                forwardBackwardNanos + other.forwardBackwardNanos,
                updateNanos + other.updateNanos,
                bytesSent + other.bytesSent);
    }
}
