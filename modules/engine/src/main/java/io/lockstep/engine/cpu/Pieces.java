package io.lockstep.engine.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_abcd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_abcde;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_init_submemory;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/** A convolution's weights cut along the outputs, in both layouts, so that lanes can share the copying. */
final class Pieces {
    /** A multiple of every block size that oneDNN uses along the outputs. */
    private static final int OUTPUTS = 64;

    /** The same weights as they lie in the flat vector and in oneDNN's layout; offsets are in the descriptions. */
    record Piece(dnnl_memory_desc_t flat, dnnl_memory_desc_t packed) {}

    private Pieces() {}

    static dnnl_memory_desc_t flat(long[] dimensions) {
        return OneDnn.tagged(dimensions.length == 4 ? dnnl_abcd : dnnl_abcde, dimensions);
    }

    static List<Piece> of(dnnl_memory_desc_t packed, long[] dimensions) {
        dnnl_memory_desc_t flat = flat(dimensions);
        boolean padded = OneDnn.bytes(packed) != OneDnn.bytes(flat);
        if (dimensions.length != 4 || padded || dimensions[0] % OUTPUTS != 0 || dimensions[0] == OUTPUTS) {
            return List.of(new Piece(flat, packed));
        }
        List<Piece> pieces = new ArrayList<>();
        for (long output = 0; output < dimensions[0]; output += OUTPUTS) {
            pieces.add(new Piece(part(flat, dimensions, output), part(packed, dimensions, output)));
        }
        return pieces;
    }

    private static dnnl_memory_desc_t part(dnnl_memory_desc_t whole, long[] dimensions, long output) {
        long[] size = dimensions.clone();
        size[0] = OUTPUTS;
        long[] offset = new long[dimensions.length];
        offset[0] = output;
        dnnl_memory_desc_t part = new dnnl_memory_desc_t();
        OneDnn.check(dnnl_memory_desc_init_submemory(part, whole, size, offset));
        return part;
    }
}
