package io.lockstep.networks.compiled.games;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import io.lockstep.engine.DropoutMask;
import io.lockstep.engine.ElementType;
import io.lockstep.networks.games.Source;
import io.lockstep.training.FlatBuffers;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The values that a game's turns read and no pass computes: what comes from the batch or from nowhere, and what was drawn. */
final class GameValues {
    /** Of the first noise among a step's random numbers. */
    private static final int NOISE_STREAM = 0x6C61;

    private static final Read CLASS = new Read(1, ElementType.INT32);

    private final Map<String, Source> given;
    private final int capacity;
    private final Map<String, Read> reads = new HashMap<>();
    /** Of those that are put together here. */
    private final Map<String, ByteBuffer> buffers = new HashMap<>();

    private final Map<String, ByteBuffer> drawn = new HashMap<>();
    private Batch batch;
    private long seed;

    /** How a value is read. */
    private record Read(int count, ElementType type) {
        @Override
        public String toString() {
            return count + " numbers of an example, " + type;
        }
    }

    GameValues(Map<String, Source> given, int capacity) {
        this.given = given;
        this.capacity = capacity;
    }

    /**
     * Notes how a value is read.
     *
     * @param count numbers of an example
     * @throws IllegalArgumentException if it cannot be, or was read in another way before
     */
    void require(String value, int count, ElementType type) {
        Read read = new Read(count, type);
        Read before = reads.putIfAbsent(value, read);
        if (before != null && !before.equals(read)) {
            throw new IllegalArgumentException("the value '" + value + "' is read as " + before + " and as " + read);
        }
        Source source = given.get(value);
        if (source instanceof Source.Column) {
            return; // its numbers come with the batch
        }
        if (type != ElementType.FLOAT32) {
            throw new IllegalArgumentException(
                    "the value '" + value + "' is read as " + read + ", which a column of the batch alone can be");
        }
        if (source != null && before == null) {
            requireFits(value, source, count);
            buffers.put(value, FlatBuffers.allocate((long) capacity * count));
        }
    }

    private static void requireFits(String value, Source source, int count) {
        int own = ownElements(source);
        boolean withColumn = source instanceof Source.Joined joined
                && joined.sources().stream().anyMatch(Source.Column.class::isInstance);
        if (withColumn ? own >= count : own != count) {
            throw new IllegalArgumentException("the value '" + value + "' has " + own + " numbers of noise and classes"
                    + (withColumn ? " beside a column" : "") + ", and who reads it wants " + count);
        }
    }

    /**
     * Refuses columns that are not what the values are read as.
     *
     * @param fields of an example
     * @throws IllegalArgumentException naming the value and the column
     */
    void requireColumns(List<Field> fields) {
        reads.forEach((value, read) -> {
            Source source = given.get(value);
            if (source instanceof Source.Column column) {
                requireField(value, column.name(), fields, read);
            } else if (source instanceof Source.OneHot classes) {
                requireField(value, classes.column(), fields, CLASS);
            } else if (source instanceof Source.Joined joined) {
                requireJoined(value, joined, fields);
            }
        });
    }

    private void requireJoined(String value, Source.Joined joined, List<Field> fields) {
        for (Source part : joined.sources()) {
            if (part instanceof Source.Column column) {
                requireField(value, column.name(), fields, new Read(columnElementsOf(value), ElementType.FLOAT32));
            } else if (part instanceof Source.OneHot classes) {
                requireField(value, classes.column(), fields, CLASS);
            }
        }
    }

    private static void requireField(String value, String column, List<Field> fields, Read wanted) {
        for (Field field : fields) {
            boolean ints = field.type() == Field.Type.INT32;
            if (field.name().equals(column)
                    && (ints != (wanted.type() == ElementType.INT32) || field.elements() != wanted.count())) {
                throw new IllegalArgumentException("the value '" + value + "' reads " + wanted + ", of the column '"
                        + column + "', which has " + field.elements() + ", " + field.type());
            }
        }
    }

    /** Numbers of an example. */
    int elementsOf(String value) {
        return reads.get(value).count();
    }

    /** Numbers of an example that are a column's, and stand first or have nothing but classes or noise beside them. */
    int columnElementsOf(String value) {
        return elementsOf(value) - ownElements(given.get(value));
    }

    /** What is no column's. */
    private static int ownElements(Source source) {
        if (source instanceof Source.Noise noise) {
            return noise.numbers();
        } else if (source instanceof Source.OneHot classes) {
            return classes.classes();
        } else if (source instanceof Source.Joined joined) {
            return joined.sources().stream().mapToInt(GameValues::ownElements).sum();
        }
        return 0;
    }

    /** A turn begins; what was drawn is forgotten. */
    void begin(Batch newBatch, long newSeed) {
        batch = newBatch;
        seed = newSeed;
        drawn.clear();
    }

    void drawn(String value, ByteBuffer numbers) {
        drawn.put(value, numbers);
    }

    /** (examples, elements), native order; valid until the next turn. */
    ByteBuffer of(String value) {
        ByteBuffer already = drawn.get(value);
        if (already != null) {
            return already;
        }
        Source source = given.get(value);
        if (source instanceof Source.Column column) {
            return bytesOf(value, batch.column(column.name()));
        }
        ByteBuffer buffer = buffers.get(value);
        buffer.limit(batch.size() * elementsOf(value) * Float.BYTES);
        if (source instanceof Source.Joined joined) {
            fill(buffer, value, joined.sources());
        } else {
            fill(buffer, value, List.of(source));
        }
        return buffer;
    }

    private ByteBuffer bytesOf(String value, Column column) {
        boolean ints = column.field().type() == Field.Type.INT32;
        if (ints != (reads.get(value).type() == ElementType.INT32)) {
            throw new IllegalArgumentException("the value '" + value + "' is read as " + reads.get(value)
                    + ", and the column '" + column.name() + "' holds "
                    + column.field().type());
        }
        return column.bytes();
    }

    private void fill(ByteBuffer buffer, String value, List<Source> sources) {
        int at = 0;
        for (Source source : sources) {
            if (source instanceof Source.Column column) {
                int count = columnElementsOf(value);
                putColumn(buffer, value, at, count, bytesOf(value, batch.column(column.name())));
                at += count;
            } else if (source instanceof Source.Noise noise) {
                putNoise(buffer, value, at, noise);
                at += noise.numbers();
            } else if (source instanceof Source.OneHot classes) {
                putClasses(buffer, value, at, classes);
                at += classes.classes();
            }
        }
    }

    private int place(String value, int example, int element) {
        return (example * elementsOf(value) + element) * Float.BYTES;
    }

    private void putColumn(ByteBuffer to, String value, int at, int count, ByteBuffer column) {
        int bytes = count * Float.BYTES;
        if (column.remaining() != batch.size() * bytes) {
            throw new IllegalArgumentException("a batch of " + batch.size() + " examples with " + column.remaining()
                    + " bytes for '" + value + "', where " + count + " numbers of each have " + batch.size() * bytes);
        }
        for (int i = 0; i < batch.size(); i++) {
            to.put(place(value, i, at), column, column.position() + i * bytes, bytes);
        }
    }

    private void putNoise(ByteBuffer to, String value, int at, Source.Noise noise) {
        for (int i = 0; i < batch.size(); i++) {
            long first = (batch.firstExample() + i) * noise.numbers();
            for (int j = 0; j < noise.numbers(); j++) {
                double number = DropoutMask.gaussian(seed, NOISE_STREAM + noise.which(), first + j);
                to.putFloat(place(value, i, at + j), (float) number);
            }
        }
    }

    private void putClasses(ByteBuffer to, String value, int at, Source.OneHot classes) {
        IntBuffer labels = batch.column(classes.column()).ints();
        for (int i = 0; i < batch.size(); i++) {
            int label = labels.get(labels.position() + i);
            for (int c = 0; c < classes.classes(); c++) {
                to.putFloat(place(value, i, at + c), label == c ? 1 : 0);
            }
        }
    }
}
