package io.lockstep.engine.cpu.sequence;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.SequenceNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.NativeMemory;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Sequences.Positions;
import io.lockstep.kernels.RowPasses;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;

/** A table of (T, F), learned or of sines, added to each example. */
final class PositionsNode extends SequenceNode {
    private final boolean learned;
    private final int elements;
    private final ByteBuffer sinusoids;

    PositionsNode(Site site) {
        super(site);
        learned = ((Positions) node.operation()).learned();
        elements = node.shape().elements();
        sinusoids = learned ? null : sinusoids();
    }

    private ByteBuffer sinusoids() {
        int features = node.shape().channels();
        long bytes = (long) elements * Float.BYTES;
        ByteBuffer table = NativeMemory.view(plan.memory().allocate(bytes), bytes);
        for (int i = 0; i < elements; i++) {
            table.putFloat(i * Float.BYTES, (float) Positions.sinusoid(i / features, i % features, features));
        }
        return table;
    }

    @Override
    public void forward(Context context) {
        Tensor x = context.input();
        Tensor y = context.newOutput();
        ByteBuffer table = learned ? plan.parameterBuffer() : sinusoids;
        int tableAt = learned ? parameterAt(0) : 0;
        context.program()
                .chunked(
                        "forward " + node.name(),
                        (lane, from, to) -> {
                            y.buffer().put(y.at(from), x.buffer(), x.at(from), x.at(to) - x.at(from));
                            for (int n = from; n < to; n++) {
                                RowPasses.get().add(table, tableAt, y.buffer(), y.at(n), elements);
                            }
                        },
                        x,
                        y);
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        context.passGradient(0, dy);
        if (!learned) {
            return;
        }
        context.parameterGradients(
                "backward " + node.name() + " table",
                (lane, lanes, examples) -> {
                    int first = Lane.shareStart(lane.index(), lanes, elements);
                    int count = Lane.shareStart(lane.index() + 1, lanes, elements) - first;
                    long address = plan.gradientAddress(node.parametersAt() + first);
                    Pointer.memset(lane.at(address), 0, (long) count * Float.BYTES);
                    for (int n = 0; n < examples; n++) {
                        int at = dy.at(n) + first * Float.BYTES;
                        RowPasses.get().add(dy.buffer(), at, plan.gradientBuffer(), parameterAt(first), count);
                    }
                },
                dy);
    }
}
