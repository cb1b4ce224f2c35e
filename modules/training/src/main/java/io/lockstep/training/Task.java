package io.lockstep.training;

import java.io.Serializable;
import java.util.List;

/**
 * What a network is for, and by that what a run of it shows, draws, keeps as best and writes: the one place that says so.
 *
 * @param name for people
 * @param targets what examples are labelled with
 * @param metrics of a test, in the order in which they are told; the best checkpoint is told by the first
 */
public record Task(String name, Targets targets, List<Metric> metrics) implements Serializable {
    /** What the column {@code labels} holds. */
    public enum Targets {
        /** Numbers of classes, int32. */
        CLASSES,
        /** Numbers to be predicted, or 1 and 0 for labels that hold and do not, float32. */
        NUMBERS,
        /** Nothing that the network is judged by. */
        NONE
    }

    /** One of several classes, of each example. */
    public static final Task CLASSIFICATION =
            of("classification", Targets.CLASSES, Metrics.ACCURACY, Metrics.TOP_5_ACCURACY);

    /** Labels that may hold together. */
    public static final Task MULTI_LABEL = of(
            "multi-label classification",
            Targets.NUMBERS,
            Metrics.F1,
            Metrics.PRECISION,
            Metrics.RECALL,
            Metrics.AREA_UNDER_CURVE,
            Metrics.LABEL_ACCURACY);

    /** Numbers. */
    public static final Task REGRESSION =
            of("regression", Targets.NUMBERS, Metrics.MEAN_ABSOLUTE_ERROR, Metrics.MEAN_SQUARED_ERROR, Metrics.R2);

    /** A class of each pixel. */
    public static final Task SEGMENTATION =
            of("segmentation", Targets.CLASSES, Metrics.MEAN_INTERSECTION_OVER_UNION, Metrics.ACCURACY);

    /** The next or hidden number of a text. */
    public static final Task LANGUAGE = of("language", Targets.CLASSES, Metrics.ACCURACY, Metrics.PERPLEXITY);

    /** A generator and a discriminator that play against each other: accuracy is the discriminator's, and no test tells which step was best. */
    public static final Task GAME = of("game", Targets.NONE, Metrics.ACCURACY);

    /** Other networks that are trained in turns: the loss is the first turn's. */
    public static final Task TURNS = of("turns", Targets.NONE);

    /** What else has a loss, and no metric that is known. */
    public static final Task OTHER = of("other", Targets.NUMBERS);

    public Task {
        metrics = List.copyOf(metrics);
    }

    public static Task of(String name, Targets targets, Metric... metrics) {
        return new Task(name, targets, List.of(metrics));
    }

    public boolean isGame() {
        return equals(GAME);
    }

    /** What is shown first, and by what the best checkpoint is told unless a run says otherwise. */
    public Metric main() {
        return metrics.isEmpty() ? Metrics.LOSS : metrics.get(0);
    }
}
