package io.lockstep.networks.compiled.games;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.DropoutMask;
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

    private final Map<String, Source> given;
    private final int capacity;
    private final Map<String, Integer> elements = new HashMap<>();
    /** Of those that are put together here. */
    private final Map<String, ByteBuffer> buffers = new HashMap<>();

    private final Map<String, ByteBuffer> drawn = new HashMap<>();
    private Batch batch;
    private long seed;

    GameValues(Map<String, Source> given, int capacity) {
        this.given = given;
        this.capacity = capacity;
    }

    /**
     * Notes how many numbers of an example a value has.
     *
     * @throws IllegalArgumentException if it is another number than was noted before
     */
    void require(String value, int count) {
        Integer before = elements.putIfAbsent(value, count);
        if (before != null && before != count) {
            throw new IllegalArgumentException(
                    "the value '" + value + "' is read as " + before + " numbers of an example" + " and as " + count);
        }
        Source source = given.get(value);
        if (before == null && source != null && !(source instanceof Source.Column)) {
            if (ownElements(source) > count) {
                throw new IllegalArgumentException("the value '" + value + "' has " + ownElements(source)
                        + " numbers of noise and classes, and who reads it wants " + count);
            }
            buffers.put(value, FlatBuffers.allocate((long) capacity * count));
        }
    }

    /** Numbers of an example. */
    int elementsOf(String value) {
        return elements.get(value);
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
            return batch.column(column.name()).bytes();
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

    private void fill(ByteBuffer buffer, String value, List<Source> sources) {
        int at = 0;
        for (Source source : sources) {
            if (source instanceof Source.Column column) {
                int count = columnElementsOf(value);
                putColumn(buffer, value, at, count, batch.column(column.name()).bytes());
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
