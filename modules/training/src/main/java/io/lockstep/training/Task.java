package io.lockstep.training;

import java.io.Serializable;
import java.util.List;

/**
 * What a network is for, and by that what a run of it shows, draws, keeps as best and writes: the one place that says so.
 *
 * @param name for people
 * @param metrics of a test, in the order in which they are told; the best checkpoint is told by the first
 */
public record Task(String name, List<Metric> metrics) implements Serializable {
    /** One of several classes, of each example. */
    public static final Task CLASSIFICATION = of("classification", Metrics.ACCURACY, Metrics.TOP_5_ACCURACY);

    /** Labels that may hold together. */
    public static final Task MULTI_LABEL = of(
            "multi-label classification",
            Metrics.F1,
            Metrics.PRECISION,
            Metrics.RECALL,
            Metrics.AREA_UNDER_CURVE,
            Metrics.LABEL_ACCURACY);

    /** Numbers. */
    public static final Task REGRESSION =
            of("regression", Metrics.MEAN_ABSOLUTE_ERROR, Metrics.MEAN_SQUARED_ERROR, Metrics.R2);

    /** A class of each pixel. */
    public static final Task SEGMENTATION = of("segmentation", Metrics.MEAN_INTERSECTION_OVER_UNION, Metrics.ACCURACY);

    /** The next or hidden number of a text. */
    public static final Task LANGUAGE = of("language", Metrics.ACCURACY, Metrics.PERPLEXITY);

    /** Networks that play against each other: accuracy is the discriminator's, and no test tells which step was best. */
    public static final Task GAME = of("game", Metrics.ACCURACY);

    /** What else has a loss, and no metric that is known. */
    public static final Task OTHER = of("other");

    public Task {
        metrics = List.copyOf(metrics);
    }

    public static Task of(String name, Metric... metrics) {
        return new Task(name, List.of(metrics));
    }

    public boolean isGame() {
        return equals(GAME);
    }

    /** What is shown first, and by what the best checkpoint is told unless a run says otherwise. */
    public Metric main() {
        return metrics.isEmpty() ? Metrics.LOSS : metrics.get(0);
    }
}
