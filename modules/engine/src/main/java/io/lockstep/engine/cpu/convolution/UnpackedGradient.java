package io.lockstep.engine.cpu.convolution;

import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.onednn.Call;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.Pieces;
import io.lockstep.engine.cpu.onednn.Primitive;
import io.lockstep.engine.cpu.onednn.Reorder;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/** Adds up the lanes' gradients of a convolution's weights on the way into the flat vector. */
final class UnpackedGradient implements AutoCloseable {
    private final List<Primitive> primitives = new ArrayList<>();
    private final List<Call> copies = new ArrayList<>();
    private final List<Call> additions = new ArrayList<>();

    UnpackedGradient(Machine plan, dnnl_memory_desc_t packed, long[] dimensions) {
        this(plan, Pieces.of(packed, dimensions));
    }

    UnpackedGradient(Machine plan, List<Pieces.Piece> pieces) {
        for (Pieces.Piece piece : pieces) {
            copies.add(call(piece, false));
            if (plan.lanes() > 1) {
                additions.add(call(piece, true));
            }
        }
    }

    private Call call(Pieces.Piece piece, boolean add) {
        Primitive primitive = Reorder.primitive(piece.packed(), piece.flat(), add);
        primitives.add(primitive);
        return Reorder.call(primitive, piece.packed(), piece.flat());
    }

    /** Called by all lanes; each takes every lanes-th piece, and adds the lanes' sums in the order of lanes. */
    void unpack(Lane lane, int lanes, int examples, long partials, long partialBytes, long flatAddress) {
        for (int piece = lane.index(); piece < copies.size(); piece += lanes) {
            boolean first = true;
            for (int other = 0; other < lanes; other++) {
                if (Lane.shareStart(other, lanes, examples) < Lane.shareStart(other + 1, lanes, examples)) {
                    Call call = first ? copies.get(piece) : additions.get(piece);
                    call.set(0, partials + other * partialBytes)
                            .set(1, flatAddress)
                            .execute(lane);
                    first = false;
                }
            }
        }
    }

    @Override
    public void close() {
        copies.forEach(Call::close);
        additions.forEach(Call::close);
        primitives.forEach(Primitive::close);
    }
}
