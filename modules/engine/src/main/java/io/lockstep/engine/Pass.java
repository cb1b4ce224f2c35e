package io.lockstep.engine;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation.Input;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * What a plan works on in one pass: a batch's examples, input by input. It is made once and filled anew for each pass, so
 * that a pass allocates nothing; a buffer that was set stays until another one, or {@link #clear}.
 *
 * <p>Buffers are the caller's and are read until the pass returns, from position to limit, which stay as they are. Bytes
 * are in native order, whatever order a slice of them says.
 */
public final class Pass {
    private final Graph graph;
    private final List<Node> inputs;
    private final Buffer[] buffers;
    private int examples;
    private long firstExample;
    private long seed;

    public Pass(Graph graph) {
        this.graph = graph;
        inputs = graph.inputs();
        buffers = new Buffer[inputs.size()];
    }

    /** Forgets all buffers. */
    public Pass clear() {
        Arrays.fill(buffers, null);
        return this;
    }

    /** 0 gives zeros. */
    public Pass examples(int count) {
        examples = count;
        return this;
    }

    /**
     * Place of the first one in a larger batch that this is a part of: noise is drawn by place, so that all parts together
     * draw what the larger batch does.
     */
    public Pass firstExample(long place) {
        firstExample = place;
        return this;
    }

    /** Of noise. */
    public Pass seed(long number) {
        seed = number;
        return this;
    }

    /** The graph's first input. */
    public Pass features(ByteBuffer buffer) {
        buffers[0] = buffer;
        return this;
    }

    /**
     * @param column an input's ({@link Input#column})
     * @param buffer the examples', one after the other; null: this pass does not give it
     * @throws IllegalArgumentException if the graph has no such input, with those that it has
     */
    public Pass set(String column, ByteBuffer buffer) {
        buffers[slot(column)] = buffer;
        return this;
    }

    /** As {@link #set(String, ByteBuffer)}, of an input of INT32. */
    public Pass set(String column, IntBuffer buffer) {
        return set(column, ElementType.INT32, buffer);
    }

    /** As {@link #set(String, ByteBuffer)}, of an input of FLOAT32. */
    public Pass set(String column, FloatBuffer buffer) {
        return set(column, ElementType.FLOAT32, buffer);
    }

    private Pass set(String column, ElementType type, Buffer buffer) {
        int slot = slot(column);
        if (input(slot).type() != type) {
            throw new IllegalArgumentException(
                    column + " is " + input(slot).type() + ", and what was given is " + type);
        }
        buffers[slot] = buffer;
        return this;
    }

    /** Whether the graph has an input of this name. */
    public boolean has(String column) {
        return find(column) >= 0;
    }

    private int slot(String column) {
        int slot = find(column);
        if (slot < 0) {
            throw new IllegalArgumentException("this network has no input called " + column + "; it has "
                    + String.join(
                            ", ", inputs.stream().map(node -> columnOf(node)).toList()));
        }
        return slot;
    }

    private int find(String column) {
        for (int slot = 0; slot < buffers.length; slot++) {
            if (input(slot).column().equals(column)) {
                return slot;
            }
        }
        return -1;
    }

    private Input input(int slot) {
        return (Input) inputs.get(slot).operation();
    }

    private static String columnOf(Node node) {
        return ((Input) node.operation()).column();
    }

    // ------------------------------------------------------------------ what backends ask

    public int examples() {
        return examples;
    }

    public long firstExample() {
        return firstExample;
    }

    public long seed() {
        return seed;
    }

    /** Null where the pass does not give it. */
    Buffer buffer(int slot) {
        return buffers[slot];
    }

    /** Element of an input, from 0; INT32 if that is what the input is. */
    public int intAt(int slot, int element) {
        Buffer buffer = buffers[slot];
        if (buffer == null) {
            return Math.round(input(slot).ifAbsent());
        }
        return buffer instanceof IntBuffer ints
                ? ints.get(ints.position() + element)
                : nativeInt((ByteBuffer) buffer, buffer.position() + element * ElementType.BYTES);
    }

    /** As {@link #intAt}, FLOAT32. */
    public float floatAt(int slot, int element) {
        Buffer buffer = buffers[slot];
        if (buffer == null) {
            return input(slot).ifAbsent();
        }
        return buffer instanceof FloatBuffer floats
                ? floats.get(floats.position() + element)
                : Float.intBitsToFloat(nativeInt((ByteBuffer) buffer, buffer.position() + element * ElementType.BYTES));
    }

    /** Slices forget the order that their bytes are in. */
    private static int nativeInt(ByteBuffer bytes, int at) {
        int read = bytes.getInt(at);
        return bytes.order() == ByteOrder.nativeOrder() ? read : Integer.reverseBytes(read);
    }

    /**
     * Copies the elements of an input.
     *
     * @param from first element
     * @param to in native order
     */
    public void copy(int slot, int from, int count, ByteBuffer to, int toByte) {
        if (buffers[slot] instanceof ByteBuffer bytes) {
            to.put(toByte, bytes, bytes.position() + from * ElementType.BYTES, count * ElementType.BYTES);
            return;
        }
        boolean ints = input(slot).type() == ElementType.INT32;
        for (int i = 0; i < count; i++) {
            int at = toByte + i * ElementType.BYTES;
            if (ints) {
                to.putInt(at, intAt(slot, from + i));
            } else {
                to.putFloat(at, floatAt(slot, from + i));
            }
        }
    }

    /** Whether a graph has the same inputs in the same order. */
    public boolean fits(Graph other) {
        if (other == graph) {
            return true;
        }
        boolean fits = other.inputs().size() == inputs.size();
        for (int slot = 0; fits && slot < inputs.size(); slot++) {
            fits = other.inputs().get(slot).operation().equals(inputs.get(slot).operation());
        }
        return fits;
    }
}
