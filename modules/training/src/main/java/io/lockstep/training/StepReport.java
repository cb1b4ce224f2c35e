package io.lockstep.training;

import java.io.Serializable;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What all ranks did since the last report, as rank 0 tells it.
 *
 * @param step updates done so far
 * @param epoch of the last of them, from 0
 * @param steps covered by this report
 * @param examples seen since the start of training, over all ranks
 * @param loss mean over the examples of these steps, without regularisation
 * @param accuracy on the examples of these steps, as seen in training
 * @param learningRate of the last of these steps
 * @param examplesPerSecond over all ranks, during these steps
 * @param skippedSteps steps of these whose gradient was not finite
 * @param timeMs means per step and rank
 */
public record StepReport(
        long step,
        int epoch,
        int steps,
        long examples,
        double loss,
        double accuracy,
        double learningRate,
        double examplesPerSecond,
        long skippedSteps,
        TimeMs timeMs)
        implements Serializable {

    /** Milliseconds. {@code communication} is the communication thread's, of which {@code reduceWait} was not hidden. */
    public record TimeMs(
            double dataWait, double forwardBackward, double reduceWait, double communication, double update)
            implements Serializable {}

    static StepReport of(
            List<RankReport> ranks,
            long step,
            int epoch,
            int steps,
            long examples,
            double learningRate,
            long elapsedNanos) {
        RankReport sum = ranks.stream().reduce(RankReport.NOTHING, RankReport::plus);
        return new StepReport(
                step,
                epoch,
                steps,
                examples,
                sum.lossSum() / sum.examples(),
                (double) sum.correct() / sum.examples(),
                learningRate,
                sum.examples() * 1e9 / elapsedNanos,
                sum.skippedSteps() / ranks.size(),
                new TimeMs(
                        meanMs(ranks, steps, RankReport::dataWaitNanos),
                        meanMs(ranks, steps, RankReport::forwardBackwardNanos),
                        meanMs(ranks, steps, RankReport::reduceWaitNanos),
                        meanMs(ranks, steps, RankReport::communicationNanos),
                        meanMs(ranks, steps, RankReport::updateNanos)));
    }

    private static double meanMs(List<RankReport> ranks, int steps, ToLongFunction<RankReport> nanos) {
        return ranks.stream().mapToLong(nanos).sum() / 1e6 / ranks.size() / steps;
    }
}
