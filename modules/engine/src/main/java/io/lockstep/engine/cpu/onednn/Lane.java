package io.lockstep.engine.cpu.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;

import io.lockstep.kernels.WinogradPasses;
import java.nio.ByteBuffer;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.Pointer;

/** What one thread of a plan has of its own. Used by that thread alone. */
public final class Lane implements AutoCloseable {
    private static final int CACHE_LINE = 64;

    private final int index;
    private int from;
    private int to;
    final dnnl_stream stream = new dnnl_stream();
    private final Address address = new Address();
    private final Gemm gemm = new Gemm();
    private Pointer scratch;
    private long scratchBytes;
    private ByteBuffer scratchBuffer;
    private WinogradPasses winograd;
    private float[] image = {};

    Lane(int index) {
        this.index = index;
        OneDnn.check(dnnl_stream_create(stream, OneDnn.ENGINE, dnnl_stream_default_flags));
    }

    public int index() {
        return index;
    }

    /** Takes its share of a pass. */
    public void take(int lanes, int examples) {
        from = shareStart(index, lanes, examples);
        to = shareStart(index + 1, lanes, examples);
    }

    /** The first example of this pass's share. */
    public int from() {
        return from;
    }

    /** The example after this pass's share. */
    public int to() {
        return to;
    }

    /** A pointer for whoever calls a function of JavaCPP; valid until the next call. */
    public Address at(long memory) {
        return address.to(memory);
    }

    public Gemm gemm() {
        return gemm;
    }

    /** Grows only while a plan meets batch sizes for the first time. */
    public long scratch(long bytes) {
        if (bytes > scratchBytes) {
            Pointer.free(scratch);
            scratch = Pointer.malloc(bytes + CACHE_LINE);
            scratchBytes = bytes;
            scratchBuffer = NativeMemory.view(alignedScratch(), bytes);
        }
        return alignedScratch();
    }

    private long alignedScratch() {
        return (scratch.address() + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    }

    /** What {@link #scratch} gave, as a buffer; at least as long as was asked for. */
    public ByteBuffer scratchBuffer() {
        return scratchBuffer;
    }

    public WinogradPasses winograd() {
        if (winograd == null) {
            winograd = WinogradPasses.create();
        }
        return winograd;
    }

    /** An array for an image, which others of the lane use too. */
    public float[] image(int elements) {
        if (image.length < elements) {
            image = new float[elements];
        }
        return image;
    }

    public static int shareStart(int lane, int lanes, int examples) {
        return (int) ((long) lane * examples / lanes);
    }

    @Override
    public void close() {
        OneDnn.check(dnnl_stream_destroy(stream));
        Pointer.free(scratch);
        scratch = null;
        scratchBytes = 0;
    }
}
