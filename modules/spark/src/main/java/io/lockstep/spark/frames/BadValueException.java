package io.lockstep.spark.frames;

/** A value that no example can have; whoever knows the row tells it. */
final class BadValueException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String column;
    private final String remedy;

    /** @param message goes on from the column's name: "is null" */
    BadValueException(String column, String message, String remedy) {
        super(message, null, false, false);
        this.column = column;
        this.remedy = remedy;
    }

    static BadValueException ofNull(String column) {
        return new BadValueException(
                column, "is null", "leave such rows out (na().drop()), or fill them (na().fill(...), an Imputer)");
    }

    UnfitFrameException in(String place) {
        return new UnfitFrameException(
                "column '" + column + "' " + getMessage() + " in " + place + ": " + remedy, this);
    }
}
