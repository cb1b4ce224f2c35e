package io.lockstep.engine.cpu.onednn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Owns what a plan allocates outside the heap; zeroed, aligned to cache lines, freed at once. */
public final class NativeMemory implements AutoCloseable {
    private static final int CACHE_LINE = 64;

    private final List<Pointer> blocks = new ArrayList<>();
    private long bytes;

    /** @return the address */
    public long allocate(long size) {
        Pointer block = Pointer.calloc(size + CACHE_LINE, 1);
        if (block == null || block.isNull()) {
            throw new OutOfMemoryError("no " + size + " bytes of native memory for a network's plan");
        }
        blocks.add(block);
        bytes += size;
        return (block.address() + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    }

    /** Allocated so far. */
    public long bytes() {
        return bytes;
    }

    public static ByteBuffer view(long address, long size) {
        return new View(address, size).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    private static final class View extends BytePointer {
        View(long address, long size) {
            this.address = address;
            this.limit = size;
            this.capacity = size;
        }
    }

    @Override
    public void close() {
        blocks.forEach(Pointer::free);
        blocks.clear();
    }
}
