package io.lockstep.spark.frames;

import io.lockstep.datasets.Field;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import scala.collection.Iterator;
import scala.collection.Seq;

/**
 * The numbers of one or several columns, one after the other.
 *
 * @param columns each with its place in a row and its shape
 */
record Numbers(Field field, List<NumberColumn> columns) implements FieldReader {
    private static final String CLEAN = "clean the data, or leave such rows out";

    Numbers {
        columns = List.copyOf(columns);
    }

    /**
     * @param shape empty for a number; of an array of arrays, the outer length first
     * @param lowest that is allowed
     */
    record NumberColumn(String name, int place, List<Integer> shape, double lowest) implements java.io.Serializable {
        NumberColumn {
            shape = List.copyOf(shape);
        }

        int size() {
            return shape.stream().reduce(1, Math::multiplyExact);
        }
    }

    @Override
    public Open open() {
        float[] values = new float[field.elements()];
        return row -> {
            int at = 0;
            for (int i = 0; i < columns.size(); i++) {
                at = read(row, columns.get(i), values, at);
            }
            return values;
        };
    }

    private static int read(Row row, NumberColumn column, float[] into, int at) throws BadValueException {
        Object value = row.get(column.place());
        if (value == null) {
            throw BadValueException.ofNull(column.name());
        } else if (value instanceof Vector vector) {
            return read(vector, column, into, at);
        } else if (value instanceof Seq<?> array) {
            return read(array, column, 0, into, at);
        }
        into[at] = number(value, column, -1);
        return at + 1;
    }

    private static int read(Vector vector, NumberColumn column, float[] into, int at) throws BadValueException {
        requireLength(column, 0, vector.size());
        double[] values = vector.toArray();
        for (int i = 0; i < values.length; i++) {
            into[at + i] = finite(values[i], column, i);
        }
        return at + values.length;
    }

    private static int read(Seq<?> array, NumberColumn column, int depth, float[] into, int at)
            throws BadValueException {
        requireLength(column, depth, array.size());
        boolean innermost = depth + 1 == column.shape().size();
        int next = at;
        int index = 0;
        for (Iterator<?> elements = array.iterator(); elements.hasNext(); index++) {
            Object element = elements.next();
            if (element == null) {
                throw new BadValueException(column.name(), "has a null, at index " + index + ",", CLEAN);
            }
            if (innermost) {
                into[next++] = number(element, column, index);
            } else {
                next = read((Seq<?>) element, column, depth + 1, into, next);
            }
        }
        return next;
    }

    private static void requireLength(NumberColumn column, int depth, int length) throws BadValueException {
        int wanted = column.shape().get(depth);
        if (length != wanted) {
            throw new BadValueException(
                    column.name(),
                    "has " + length + " numbers",
                    "rows before have " + wanted + ", and all must have as many; pad or cut them");
        }
    }

    /** @param index in an array, or -1 */
    private static float number(Object value, NumberColumn column, int index) throws BadValueException {
        if (value instanceof Boolean truth) {
            return truth ? 1 : 0;
        }
        return finite(((Number) value).doubleValue(), column, index);
    }

    private static float finite(double value, NumberColumn column, int index) throws BadValueException {
        float number = (float) value;
        if (!Float.isFinite(number)) {
            String what = Double.isFinite(value) ? value + ", too large for a float32" : String.valueOf(value);
            throw new BadValueException(
                    column.name(), (index < 0 ? "is " + what : "has " + what + ", at index " + index + ","), CLEAN);
        }
        if (value < column.lowest()) {
            throw new BadValueException(
                    column.name(), "is " + value, "it must be " + column.lowest() + " or more, and is a weight");
        }
        return number;
    }
}
