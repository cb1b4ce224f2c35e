package io.lockstep.training;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What all ranks did since the last report, as rank 0 tells it.
 *
 * @param step updates done so far
 * @param epoch of the last of them, from 0
 * @param steps covered by this report
 * @param examples seen since the start of training, over all ranks
 * @param loss mean over the labels of these steps, without regularisation
 * @param learningRate of the last of these steps
 * @param examplesPerSecond over all ranks, during these steps
 * @param skippedSteps steps of these whose gradient was not finite
 * @param bytesSent per step by the rank that sent most, to other ranks
 * @param measures means of {@link Replica#measures} over these steps, by name; those that nothing was measured of are left
 *     out
 * @param timeMs means per step and rank
 * @param ranks means per step, by rank
 */
public record StepReport(
        long step,
        int epoch,
        int steps,
        long examples,
        double loss,
        double learningRate,
        double examplesPerSecond,
        long skippedSteps,
        long bytesSent,
        Map<String, Double> measures,
        TimeMs timeMs,
        List<TimeMs> ranks)
        implements Serializable {
    /** Times as long as the median rank before a rank counts as slow. */
    private static final double SLOW = 1.5;
    /** And by so many milliseconds: of shorter steps a scheduler's tick is half. */
    private static final double SLOW_MILLIS = 2;

    /**
     * Milliseconds. {@code communication} is the communication thread's, of which {@code reduceWait} was waited for;
     * {@code hidden} is the rest, that went on beside backward.
     */
    public record TimeMs(
            double dataWait,
            double forwardBackward,
            double reduceWait,
            double communication,
            double hidden,
            double update)
            implements Serializable {

        static TimeMs of(RankReport report, double steps) {
            double communication = report.times().communication() / 1e6 / steps;
            double wait = report.times().reduceWait() / 1e6 / steps;
            return new TimeMs(
                    report.times().dataWait() / 1e6 / steps,
                    report.times().forwardBackward() / 1e6 / steps,
                    wait,
                    communication,
                    Math.max(0, communication - wait),
                    report.times().update() / 1e6 / steps);
        }

        /** From 0 to 1: how much of a step the rank did nothing but wait for communication. */
        public double reduceWaitShare() {
            return reduceWait / (dataWait + forwardBackward + reduceWait + update);
        }

        /** What a rank does before it exchanges: others wait for the one that takes longest. */
        double ownWork() {
            return dataWait + forwardBackward;
        }
    }

    public static StepReport of(
            List<RankReport> ranks,
            List<String> measures,
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
                sum.lossSum() / sum.labels(),
                learningRate,
                sum.examples() * 1e9 / elapsedNanos,
                ranks.stream().mapToLong(RankReport::skippedSteps).max().orElse(0),
                ranks.stream().mapToLong(RankReport::bytesSent).max().orElse(0) / steps,
                means(measures, sum.measures()),
                TimeMs.of(sum, (double) steps * ranks.size()),
                ranks.stream().map(rank -> TimeMs.of(rank, steps)).toList());
    }

    /** On the labels of these steps, as seen in training; NaN where it was not measured. */
    public double accuracy() {
        return measures.getOrDefault(Metrics.ACCURACY.word(), Double.NaN);
    }

    private static Map<String, Double> means(List<String> names, double[] sums) {
        Map<String, Double> means = new LinkedHashMap<>();
        for (int i = 0; i < names.size() && sums.length > 0; i++) {
            if (sums[2 * i + 1] > 0) {
                means.put(names.get(i), sums[2 * i] / sums[2 * i + 1]);
            }
        }
        return means;
    }

    /** The rank that the others waited for, if one took clearly longer than most to load and compute. */
    public OptionalInt slowRank() {
        double[] sorted = ranks.stream().mapToDouble(TimeMs::ownWork).sorted().toArray();
        double median = sorted[(sorted.length - 1) / 2];
        for (int rank = 0; rank < ranks.size(); rank++) {
            double own = ranks.get(rank).ownWork();
            if (own == sorted[sorted.length - 1] && own > SLOW * median && own > median + SLOW_MILLIS) {
                return OptionalInt.of(rank);
            }
        }
        return OptionalInt.empty();
    }
}
