package io.lockstep.engine.cpu;

import java.nio.ByteBuffer;

/** A piece of memory for a whole batch, and the segments in which it is needed. */
final class Tensor {
    final String name;
    /** 0 for what does not grow with the batch. */
    final long exampleBytes;

    final long bytes;
    int firstSegment = Integer.MAX_VALUE;
    int lastSegment = -1;
    /** From the start of the plan's memory. */
    long offset;

    long address;
    ByteBuffer buffer;

    Tensor(String name, long exampleBytes, long bytes) {
        this.name = name;
        this.exampleBytes = exampleBytes;
        this.bytes = bytes;
        if (bytes > Integer.MAX_VALUE) {
            throw new UnsupportedOperationException(
                    name + " takes " + bytes + " bytes for a batch, more than 2 GiB; use a smaller batch");
        }
    }

    void usedIn(int segment) {
        firstSegment = Math.min(firstSegment, segment);
        lastSegment = Math.max(lastSegment, segment);
    }

    boolean livesWith(Tensor other) {
        return firstSegment <= other.lastSegment && other.firstSegment <= lastSegment;
    }

    /** Byte offset of an example in {@link #buffer}. */
    int at(int example) {
        return (int) (example * exampleBytes);
    }

    long addressOf(int example) {
        return address + example * exampleBytes;
    }
}
