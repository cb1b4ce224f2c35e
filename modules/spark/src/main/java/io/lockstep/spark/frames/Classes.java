package io.lockstep.spark.frames;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Field;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

/**
 * A label that is a class.
 *
 * @param texts whether the column has the classes' names; otherwise it has their numbers
 */
record Classes(String column, int place, List<String> names, boolean texts) implements FieldReader {
    Classes {
        names = List.copyOf(names);
    }

    @Override
    public Field field() {
        return Field.int32(Batch.LABELS);
    }

    @Override
    public Open open() {
        int[] label = new int[1];
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; texts && i < names.size(); i++) {
            numbers.put(names.get(i), i);
        }
        return row -> {
            label[0] = number(row, numbers);
            return label;
        };
    }

    private int number(Row row, Map<String, Integer> numbers) throws BadValueException {
        Object value = row.get(place);
        if (value == null) {
            throw BadValueException.ofNull(column);
        }
        if (texts) {
            Integer number = numbers.get((String) value);
            if (number == null) {
                throw new BadValueException(column, "is '" + value + "'", "the classes are " + names);
            }
            return number;
        }
        double number = value instanceof Boolean truth ? (truth ? 1 : 0) : ((Number) value).doubleValue();
        if (number != Math.rint(number) || number < 0 || number >= names.size()) {
            throw new BadValueException(
                    column,
                    "is " + value,
                    "a label of " + names.size() + " classes is a whole number from 0 to " + (names.size() - 1));
        }
        return (int) number;
    }
}
