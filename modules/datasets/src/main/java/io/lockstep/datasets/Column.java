package io.lockstep.datasets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Locale;

/**
 * The values of one {@link Field} for the examples of a batch, one example after the other: (examples, shape).
 *
 * <p>{@link #bytes}, {@link #floats} and {@link #ints} are always the same objects over the same memory, in native order,
 * with position 0 and the limit at the end of the last example. Whoever moves a position moves it for all who look.
 */
public final class Column {
    private static final int ALIGNMENT_BYTES = 64;

    private final Field field;
    private final int elements;
    private final ByteBuffer bytes;
    private final FloatBuffer floats;
    private final IntBuffer ints;

    /**
     * Over memory that somebody has already.
     *
     * @param values of whole examples, up to the limit
     */
    public Column(Field field, ByteBuffer values) {
        this.field = field;
        this.elements = field.elements();
        this.bytes = values.duplicate().order(ByteOrder.nativeOrder());
        ByteBuffer whole = bytes.duplicate().order(ByteOrder.nativeOrder()).position(0);
        this.floats = field.type() == Field.Type.FLOAT32 ? whole.asFloatBuffer() : null;
        this.ints = field.type() == Field.Type.INT32 ? whole.asIntBuffer() : null;
    }

    /** New memory outside the heap, for so many examples at most; it holds none yet. */
    public static Column allocate(Field field, int examples) {
        long bytes = (long) examples * field.elements() * Field.Type.BYTES;
        if (bytes > Integer.MAX_VALUE - 2 * ALIGNMENT_BYTES) {
            throw new IllegalArgumentException("a batch of " + examples + " examples is " + bytes
                    + " bytes; 2 GiB is the most: use a smaller batch or more ranks");
        }
        // an aligned slice starts and ends on the alignment: one for the start, one for the end
        ByteBuffer memory = ByteBuffer.allocateDirect((int) bytes + 2 * ALIGNMENT_BYTES)
                .alignedSlice(ALIGNMENT_BYTES)
                .slice(0, (int) bytes);
        return new Column(field, memory);
    }

    /** A copy of floats. */
    public static Column ofFloats(Field field, float... values) {
        Column column = allocate(field, examples(field, values.length));
        column.floats.put(0, values);
        return column;
    }

    /** A copy of ints. */
    public static Column ofInts(Field field, int... values) {
        Column column = allocate(field, examples(field, values.length));
        column.ints.put(0, values);
        return column;
    }

    private static int examples(Field field, int values) {
        if (field.elements() == 0 || values % field.elements() != 0) {
            throw new IllegalArgumentException(values + " values of " + field + " are no whole examples");
        }
        return values / field.elements();
    }

    public Field field() {
        return field;
    }

    public String name() {
        return field.name();
    }

    public ByteBuffer bytes() {
        return bytes;
    }

    /** @throws IllegalArgumentException if the column holds ints */
    public FloatBuffer floats() {
        if (floats == null) {
            throw isOther(Field.Type.FLOAT32);
        }
        return floats;
    }

    /** @throws IllegalArgumentException if the column holds floats */
    public IntBuffer ints() {
        if (ints == null) {
            throw isOther(Field.Type.INT32);
        }
        return ints;
    }

    private IllegalArgumentException isOther(Field.Type asked) {
        return new IllegalArgumentException("column '" + name() + "' holds "
                + field.type().name().toLowerCase(Locale.ROOT) + ", not "
                + asked.name().toLowerCase(Locale.ROOT));
    }

    /** Numbers of one example. */
    public int elements() {
        return elements;
    }

    /** Writes the numbers of the example at a place of the batch. */
    public void putFloats(int place, float... values) {
        requireElements(values.length);
        floats().put(place * elements, values);
    }

    /** Writes the numbers of the example at a place of the batch. */
    public void putInts(int place, int... values) {
        requireElements(values.length);
        ints().put(place * elements, values);
    }

    private void requireElements(int values) {
        if (values != elements) {
            throw new IllegalArgumentException(
                    values + " values for an example of " + field + ", which has " + elements);
        }
    }

    /** Some of the examples, in the same memory. */
    public Column slice(int start, int examples) {
        int each = elements * Field.Type.BYTES;
        return new Column(field, bytes.slice(start * each, examples * each));
    }

    /** Sets positions and limits: the column holds so many examples now. */
    void present(int examples) {
        bytes.position(0).limit(examples * elements * Field.Type.BYTES);
        if (floats != null) {
            floats.position(0).limit(examples * elements);
        } else {
            ints.position(0).limit(examples * elements);
        }
    }

    void move(int from, int to) {
        int each = elements * Field.Type.BYTES;
        bytes.put(to * each, bytes, from * each, each);
    }

    /** Opens all of the memory for writing. */
    void clear() {
        bytes.clear();
        if (floats != null) {
            floats.clear();
        } else {
            ints.clear();
        }
    }

    /** @throws IllegalArgumentException if it does not hold the values of just so many examples */
    void requireExamples(int examples) {
        if (bytes.remaining() != (long) examples * elements * Field.Type.BYTES || bytes.position() != 0) {
            throw new IllegalArgumentException("a batch of " + examples + " examples with "
                    + bytes.remaining() / Field.Type.BYTES + " values of " + field);
        }
    }

    @Override
    public String toString() {
        return field.toString();
    }
}
