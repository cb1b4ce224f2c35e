package io.lockstep.engine.cpu.program;

import io.lockstep.engine.cpu.onednn.NativeMemory;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** A piece of memory for a whole batch, and the segments in which it is needed. */
public final class Tensor {
    private final String name;
    private final long exampleBytes;
    private final long bytes;
    int firstSegment = Integer.MAX_VALUE;
    int lastSegment = -1;
    /** From the start of the plan's memory. */
    long offset;

    private long address;
    private ByteBuffer buffer;
    private FloatBuffer floats;

    Tensor(String name, long exampleBytes, long bytes) {
        this.name = name;
        this.exampleBytes = exampleBytes;
        this.bytes = bytes;
        if (bytes > Integer.MAX_VALUE) {
            throw new UnsupportedOperationException(
                    name + " takes " + bytes + " bytes for a batch, more than 2 GiB; use a smaller batch");
        }
    }

    public String name() {
        return name;
    }

    long bytes() {
        return bytes;
    }

    /** 0 for what does not grow with the batch. */
    public long exampleBytes() {
        return exampleBytes;
    }

    public long address() {
        return address;
    }

    public ByteBuffer buffer() {
        return buffer;
    }

    /** The same memory as {@link #buffer}, where float32 is in it. */
    public FloatBuffer floats() {
        return floats;
    }

    public void usedIn(int segment) {
        firstSegment = Math.min(firstSegment, segment);
        lastSegment = Math.max(lastSegment, segment);
    }

    boolean livesWith(Tensor other) {
        return firstSegment <= other.lastSegment && other.firstSegment <= lastSegment;
    }

    /** Byte offset of an example in {@link #buffer}. */
    public int at(int example) {
        return (int) (example * exampleBytes);
    }

    void placeAt(long newAddress) {
        address = newAddress;
        buffer = NativeMemory.view(address, bytes);
        floats = buffer.asFloatBuffer();
    }

    /** Index of an example's first element in {@link #floats}. */
    public int elementOf(int example) {
        return at(example) / Float.BYTES;
    }

    public long addressOf(int example) {
        return address + example * exampleBytes;
    }
}
