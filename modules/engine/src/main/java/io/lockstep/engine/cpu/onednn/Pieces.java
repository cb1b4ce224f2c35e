package io.lockstep.engine.cpu.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_abcd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_abcde;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_init_submemory;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/** A convolution's weights cut along the outputs, in both layouts, so that lanes can share the copying. */
public final class Pieces {
    /** Multiples of the blocks that oneDNN makes along the outputs: 16, 32 and 64; 48. */
    private static final int[] OUTPUTS = {64, 96};

    /** The same weights as they lie in the flat vector and in oneDNN's layout; offsets are in the descriptions. */
    public record Piece(dnnl_memory_desc_t flat, dnnl_memory_desc_t packed) {}

    private Pieces() {}

    static dnnl_memory_desc_t flat(long[] dimensions) {
        return OneDnn.tagged(dimensions.length == 4 ? dnnl_abcd : dnnl_abcde, dimensions);
    }

    /** Of weights that lie in the flat vector with the outputs first. */
    public static List<Piece> of(dnnl_memory_desc_t packed, long[] dimensions) {
        return of(packed, dimensions, flat(dimensions));
    }

    /** @param flat as they lie in the flat vector */
    public static List<Piece> of(dnnl_memory_desc_t packed, long[] dimensions, dnnl_memory_desc_t flat) {
        boolean padded = OneDnn.bytes(packed) / OneDnn.elementBytes(packed) != OneDnn.bytes(flat) / Float.BYTES;
        for (int outputs : OUTPUTS) {
            if (dimensions.length == 4 && !padded && dimensions[0] > outputs && dimensions[0] % outputs == 0) {
                List<Piece> pieces = cut(flat, packed, dimensions, outputs);
                if (!pieces.isEmpty()) {
                    return pieces;
                }
            }
        }
        return List.of(new Piece(flat, packed));
    }

    /** Empty if a cut would go through a block. */
    private static List<Piece> cut(dnnl_memory_desc_t flat, dnnl_memory_desc_t packed, long[] dimensions, int outputs) {
        List<Piece> pieces = new ArrayList<>();
        long[] size = dimensions.clone();
        size[0] = outputs;
        for (long output = 0; output < dimensions[0]; output += outputs) {
            long[] offset = new long[dimensions.length];
            offset[0] = output;
            dnnl_memory_desc_t flatPart = new dnnl_memory_desc_t();
            dnnl_memory_desc_t packedPart = new dnnl_memory_desc_t();
            OneDnn.check(dnnl_memory_desc_init_submemory(flatPart, flat, size, offset));
            if (dnnl_memory_desc_init_submemory(packedPart, packed, size, offset) != dnnl_success) {
                return List.of();
            }
            pieces.add(new Piece(flatPart, packedPart));
        }
        return pieces;
    }
}
