package io.lockstep.engine;

import io.lockstep.engine.Operation.Input;
import java.util.List;

/** The inputs of a pass that most losses read, by the names that data sets have for them. */
public final class Columns {
    public static final String FEATURES = "features";
    public static final String LABELS = "labels";
    public static final String WEIGHTS = "weights";
    public static final String MASK = "mask";
    public static final String MIXED_LABELS = "mixed_labels";
    public static final String MIXED_SHARES = "mixed_shares";

    private static final Shape ONE = Shape.vector(1);

    private Columns() {}

    /** A class number for each time step or pixel. */
    public static Input classes(Shape predictions) {
        return new Input(LABELS, rows(predictions), ElementType.INT32, null);
    }

    /** As many numbers as are predicted. */
    public static Input targets(Shape predictions) {
        return new Input(LABELS, predictions);
    }

    /** What an example counts; 1 where nobody says. */
    public static Input weights() {
        return new Input(WEIGHTS, ONE, ElementType.FLOAT32, 1f);
    }

    /** One number for each time step or pixel. */
    public static Input numbers(Shape predictions) {
        return new Input(LABELS, rows(predictions));
    }

    /** A target, weights, and of time steps or pixels a mask. */
    public static List<Input> withWeights(Input target, Shape predictions) {
        return predictions.pixels() > 1 ? List.of(target, weights(), mask(predictions)) : List.of(target, weights());
    }

    /** 1 for time steps or pixels that count, where nobody says all of them; 0 for others. */
    public static Input mask(Shape predictions) {
        return new Input(MASK, rows(predictions), ElementType.FLOAT32, 1f);
    }

    /** An example's other class, of which it has {@link #mixedShares}. */
    public static Input mixedLabels() {
        return new Input(MIXED_LABELS, ONE, ElementType.INT32, 0f);
    }

    /** From 0, where nobody says, to 1. */
    public static Input mixedShares() {
        return new Input(MIXED_SHARES, ONE, ElementType.FLOAT32, 0f);
    }

    private static Shape rows(Shape predictions) {
        return new Shape(predictions.height(), predictions.width(), 1);
    }
}
