package io.lockstep.engine.cpu.onednn;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/** A copy of a convolution's weights in the layout that a primitive asked for. */
public final class PackedWeights implements AutoCloseable {
    private final dnnl_memory_desc_t description;
    private final long address;
    private final List<Primitive> primitives = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();

    /** @param description stays valid as long as the plan's primitives */
    public PackedWeights(NativeMemory memory, dnnl_memory_desc_t description, long[] dimensions, long flatAddress) {
        this(memory, description, Pieces.of(description, dimensions), flatAddress);
    }

    public PackedWeights(
            NativeMemory memory, dnnl_memory_desc_t description, List<Pieces.Piece> pieces, long flatAddress) {
        this.description = description;
        address = memory.allocate(OneDnn.bytes(description));
        for (Pieces.Piece piece : pieces) {
            Primitive primitive = Reorder.primitive(piece.flat(), piece.packed(), false);
            primitives.add(primitive);
            calls.add(Reorder.call(primitive, piece.flat(), piece.packed())
                    .set(0, flatAddress)
                    .set(1, address));
        }
    }

    public dnnl_memory_desc_t description() {
        return description;
    }

    public long address() {
        return address;
    }

    /** Pieces that can be packed at the same time. */
    public List<Call> calls() {
        return calls;
    }

    @Override
    public void close() {
        calls.forEach(Call::close);
        primitives.forEach(Primitive::close);
    }
}
