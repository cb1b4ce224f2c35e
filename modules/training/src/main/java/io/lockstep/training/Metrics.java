package io.lockstep.training;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The metrics that there are. */
public enum Metrics implements Metric {
    /** The mean loss, without regularisation. */
    LOSS("loss", "loss", Direction.LOWER_IS_BETTER, Unit.NUMBER, MetricSums::loss, MetricSums::mean),
    /** Rows whose class was the most probable one. */
    ACCURACY("accuracy", "accuracy", Direction.HIGHER_IS_BETTER, Unit.SHARE, MetricSums::right, MetricSums::mean),
    /** Rows whose class was among the five most probable ones; of equals the earlier class is the more probable one. */
    TOP_5_ACCURACY(
            "top5_accuracy",
            "top-5 accuracy",
            Direction.HIGHER_IS_BETTER,
            Unit.SHARE,
            answers -> MetricSums.amongFirst(5, answers),
            MetricSums::mean),
    /** e to the mean loss: so many equally likely classes would leave a network as uncertain. */
    PERPLEXITY(
            "perplexity",
            "perplexity",
            Direction.LOWER_IS_BETTER,
            Unit.NUMBER,
            MetricSums::loss,
            sums -> Math.exp(MetricSums.mean(sums))),
    MEAN_ABSOLUTE_ERROR(
            "mae",
            "mean absolute error",
            Direction.LOWER_IS_BETTER,
            Unit.NUMBER,
            answers -> MetricSums.errors(answers, Math::abs),
            MetricSums::mean),
    MEAN_SQUARED_ERROR(
            "mse",
            "mean squared error",
            Direction.LOWER_IS_BETTER,
            Unit.NUMBER,
            answers -> MetricSums.errors(answers, error -> error * error),
            MetricSums::mean),
    /** 1 - squared errors / squared deviations from the mean; of several outputs the mean of each one's, but for outputs whose targets are all the same. */
    R2("r2", "R2", Direction.HIGHER_IS_BETTER, Unit.NUMBER, MetricSums::deviations, MetricSums::determination),
    /** Labels that may hold together are said to hold from probability 1/2 on; over all labels of all rows. */
    LABEL_ACCURACY(
            "accuracy",
            "accuracy",
            Direction.HIGHER_IS_BETTER,
            Unit.SHARE,
            MetricSums::decisions,
            sums -> (sums[0] + sums[3]) / Arrays.stream(sums).sum()),
    PRECISION(
            "precision",
            "precision",
            Direction.HIGHER_IS_BETTER,
            Unit.SHARE,
            MetricSums::decisions,
            sums -> sums[0] / (sums[0] + sums[1])),
    RECALL(
            "recall",
            "recall",
            Direction.HIGHER_IS_BETTER,
            Unit.SHARE,
            MetricSums::decisions,
            sums -> sums[0] / (sums[0] + sums[2])),
    /** The harmonic mean of precision and recall. */
    F1(
            "f1",
            "F1",
            Direction.HIGHER_IS_BETTER,
            Unit.SHARE,
            MetricSums::decisions,
            sums -> 2 * sums[0] / (2 * sums[0] + sums[1] + sums[2])),
    /**
     * Area under the receiver operating characteristic, over all labels of all rows: how often one that holds has a higher
     * probability than one that does not, equals counted half, to 1/1024 of probability.
     */
    AREA_UNDER_CURVE(
            "auc", "AUC", Direction.HIGHER_IS_BETTER, Unit.NUMBER, MetricSums::histograms, MetricSums::areaUnderCurve),
    /** Of each class: rows that are it and were told it, by rows that are it or were told it; the mean over classes. */
    MEAN_INTERSECTION_OVER_UNION(
            "mean_iou",
            "mean IoU",
            Direction.HIGHER_IS_BETTER,
            Unit.SHARE,
            MetricSums::overlaps,
            MetricSums::intersectionOverUnion);

    private final String word;
    private final String title;
    private final Direction direction;
    private final Unit unit;
    private final transient Function<Answers, double[]> sums;
    private final transient ToDoubleFunction<double[]> value;

    Metrics(
            String word,
            String title,
            Direction direction,
            Unit unit,
            Function<Answers, double[]> sums,
            ToDoubleFunction<double[]> value) {
        this.word = word;
        this.title = title;
        this.direction = direction;
        this.unit = unit;
        this.sums = sums;
        this.value = value;
    }

    /** The metric that files name so. */
    public static Optional<Metric> named(String word) {
        return Arrays.stream(values())
                .filter(metric -> metric.word.equals(word))
                .map(metric -> (Metric) metric)
                .findFirst();
    }

    @Override
    public String word() {
        return word;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public Direction direction() {
        return direction;
    }

    @Override
    public Unit unit() {
        return unit;
    }

    @Override
    public double[] sums(Answers answers) {
        return sums.apply(answers);
    }

    @Override
    public double value(double[] all) {
        return value.applyAsDouble(all);
    }
}
