package io.lockstep.engine.cpu.moves;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.program.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Each input's elements copied into their places in the output, and back. */
final class MoveNode implements CpuNode {
    private final List<Move> moves = new ArrayList<>();

    MoveNode(Site site) {
        int channels = 0;
        for (var from : site.shapes()) {
            moves.add(new Move(
                    site.machine(), site.node().operation(), from, site.node().shape(), channels));
            channels += from.channels();
        }
    }

    @Override
    public void forward(Context context) {
        Tensor y = context.newOutput();
        for (int i = 0; i < moves.size(); i++) {
            Tensor part = context.inputs()[i];
            context.program().chunked("forward " + context.name(), moves.get(i).forwardTask(part, y), part, y);
        }
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        for (int i = 0; i < moves.size(); i++) {
            Tensor dx = context.gradientFor(i);
            if (dx != null) {
                context.program()
                        .chunked("backward " + context.name(), moves.get(i).backwardTask(dy, dx), dy, dx);
            }
        }
    }

    @Override
    public void close() {
        moves.forEach(Move::close);
    }
}
