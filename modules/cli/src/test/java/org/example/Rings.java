package org.example;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleStream;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.StreamShare;
import io.lockstep.datasets.StreamedDataset;
import java.io.Serializable;
import java.util.List;
import java.util.SplittableRandom;

/** Data as a program of somebody else's has it: points of the plane, and in which of three rings around the origin they lie. */
public final class Rings {
    private static final List<Field> FIELDS = List.of(Field.float32(Batch.FEATURES, 2), Field.int32(Batch.LABELS));
    private static final List<String> NAMES = List.of("inner", "middle", "outer");

    private Rings() {}

    private static void write(long point, Batch into, int place) {
        SplittableRandom random = new SplittableRandom(point);
        int ring = random.nextInt(NAMES.size());
        double radius = ring + 0.2 + 0.6 * random.nextDouble();
        double angle = random.nextDouble() * 2 * Math.PI;
        into.column(Batch.FEATURES)
                .putFloats(place, (float) (radius * Math.cos(angle)), (float) (radius * Math.sin(angle)));
        into.column(Batch.LABELS).putInts(place, ring);
    }

    /** @param first number of the first point */
    public record InMemory(long first, int examples) implements Dataset, Serializable {
        @Override
        public String name() {
            return "rings";
        }

        @Override
        public List<Field> fields() {
            return FIELDS;
        }

        @Override
        public List<String> classNames() {
            return NAMES;
        }

        @Override
        public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
            return (example, epoch, into, place) -> Rings.write(first + example, into, place);
        }
    }

    /**
     * Of a point its distance from the origin, and whether it is in the upper half (1) or not (0): numbers, no classes.
     *
     * @param tags of the distance, whether it is more than 1.2 (1) or not (0)
     */
    public record Measured(long first, int examples, boolean tags) implements Dataset, Serializable {
        @Override
        public String name() {
            return "measured-rings";
        }

        @Override
        public List<Field> fields() {
            return List.of(Field.float32(Batch.FEATURES, 2), Field.float32(Batch.LABELS, 2));
        }

        @Override
        public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
            return (example, epoch, into, place) -> {
                SplittableRandom random = new SplittableRandom(first + example);
                double x = 4 * random.nextDouble() - 2;
                double y = 4 * random.nextDouble() - 2;
                into.column(Batch.FEATURES).putFloats(place, (float) x, (float) y);
                double distance = Math.hypot(x, y);
                double told = tags ? (distance > 1.2 ? 1 : 0) : distance;
                into.column(Batch.LABELS).putFloats(place, (float) told, y > 0 ? 1 : 0);
            };
        }
    }

    /** So many that nobody counts them. */
    public record Endless() implements StreamedDataset, Serializable {
        @Override
        public String name() {
            return "endless-rings";
        }

        @Override
        public List<Field> fields() {
            return FIELDS;
        }

        @Override
        public ExampleStream open(StreamShare share) {
            return new ExampleStream() {
                private long at = share.rank();

                @Override
                public boolean next(Batch into, int place) {
                    Rings.write(at, into, place);
                    at += share.worldSize();
                    return true;
                }

                @Override
                public void close() {
                    // holds nothing
                }
            };
        }
    }
}
