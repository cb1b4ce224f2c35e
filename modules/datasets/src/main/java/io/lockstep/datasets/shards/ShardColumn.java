package io.lockstep.datasets.shards;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * A field of every example, and how its numbers lie in a shard.
 *
 * @param field what a batch has of it
 * @param stored what a file has of it
 */
public record ShardColumn(Field field, Stored stored) implements Serializable {
    /** A number in a file. */
    public enum Stored {
        FLOAT32(4),
        INT32(4),
        /** Of a picture: 0 to 255, which a batch has as float32, normalised. */
        UINT8(1);

        private final int bytes;

        Stored(int bytes) {
            this.bytes = bytes;
        }
    }

    public ShardColumn {
        boolean fits = stored == Stored.UINT8
                ? field.type() == Field.Type.FLOAT32
                        && field.name().equals(Batch.FEATURES)
                        && field.shape().size() == 3
                : field.type().name().equals(stored.name());
        if (!fits) {
            throw new IllegalArgumentException(field + " cannot be stored as "
                    + stored.name().toLowerCase(Locale.ROOT) + "; bytes are for features that are pictures (C, H, W)");
        }
    }

    /** Stored as it is. */
    public static ShardColumn of(Field field) {
        return new ShardColumn(field, Stored.valueOf(field.type().name()));
    }

    public static List<ShardColumn> of(List<Field> fields) {
        return fields.stream().map(ShardColumn::of).toList();
    }

    /** Pictures a byte a value, and the classes that they show. */
    public static List<ShardColumn> ofPictures(ImageShape shape) {
        List<Field> fields = Field.ofPictures(shape);
        return List.of(new ShardColumn(fields.get(0), Stored.UINT8), of(fields.get(1)));
    }

    String name() {
        return field.name();
    }

    /** Bytes of one example. */
    int exampleBytes() {
        return Math.multiplyExact(field.elements(), stored.bytes);
    }

    static long exampleBytes(List<ShardColumn> columns) {
        return columns.stream().mapToLong(ShardColumn::exampleBytes).sum();
    }

    /** Whether the column holds one class of each example. */
    boolean isClass() {
        return field.name().equals(Batch.LABELS) && stored == Stored.INT32 && field.elements() == 1;
    }

    boolean isPicture() {
        return stored == Stored.UINT8;
    }
}
