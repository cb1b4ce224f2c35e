package io.lockstep.datasets;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * What every example of a set has under one name: so many numbers of one type.
 *
 * @param name {@code features}, {@code labels}, or another; see {@link Batch} for those that have a meaning
 * @param shape of one example, outermost dimension first; empty for a single number
 */
public record Field(String name, Type type, List<Integer> shape) implements Serializable {
    /** Of a number; four bytes either way. */
    public enum Type {
        FLOAT32,
        INT32;

        public static final int BYTES = 4;
    }

    public Field {
        shape = List.copyOf(shape);
        if (name.isEmpty() || shape.stream().anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException("a field '" + name + "' of shape " + shape);
        }
    }

    public static Field float32(String name, int... shape) {
        return new Field(name, Type.FLOAT32, Arrays.stream(shape).boxed().toList());
    }

    public static Field int32(String name, int... shape) {
        return new Field(name, Type.INT32, Arrays.stream(shape).boxed().toList());
    }

    /** Of pictures and the classes that they show. */
    public static List<Field> ofPictures(ImageShape shape) {
        return List.of(float32(Batch.FEATURES, shape.channels(), shape.height(), shape.width()), int32(Batch.LABELS));
    }

    /** Of numbers of a vocabulary, one a step, and classes of the whole or of steps. */
    public static List<Field> ofSteps(int steps, int labels) {
        return List.of(
                float32(Batch.FEATURES, steps, 1), labels == 1 ? int32(Batch.LABELS) : int32(Batch.LABELS, labels));
    }

    /** Labels of an example, by the field of that name; 0 without one. */
    static int labelsOf(List<Field> fields) {
        return fields.stream()
                .filter(field -> field.name().equals(Batch.LABELS))
                .mapToInt(Field::elements)
                .findFirst()
                .orElse(0);
    }

    /** Numbers of one example. */
    public int elements() {
        return shape.stream().reduce(1, Math::multiplyExact);
    }

    /** {@code features: FLOAT32 (3, 32, 32)}. */
    @Override
    public String toString() {
        return name + ": " + type + " " + shape.toString().replace('[', '(').replace(']', ')');
    }
}
