package io.lockstep.spark.frames;

import io.lockstep.datasets.Field;
import java.io.Serializable;
import org.apache.spark.sql.Row;

/** Reads one field of an example out of a row. It travels; {@link #open} makes what one thread works with. */
interface FieldReader extends Serializable {
    Field field();

    Open open();

    /** Hands out the same array each time, {@code float[]}, {@code int[]} or {@code byte[]}. */
    @FunctionalInterface
    interface Open {
        Object read(Row row) throws BadValueException;
    }
}
