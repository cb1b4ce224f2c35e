package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.operations.Sequences.Positions;
import io.lockstep.kernels.RowPasses;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;

/** A table of (T, F), learned or of sines, added to each example. */
final class PositionsNode extends SequenceNode {
    private final boolean learned;
    private final int elements;
    private final ByteBuffer sinusoids;

    PositionsNode(CpuPlan plan, Graph graph, Node node) {
        super(plan, graph, node);
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
    Tensor forward(Context context, Tensor[] inputs) {
        Tensor x = inputs[0];
        Tensor y = context.newOutput(node);
        ByteBuffer table = learned ? plan.parameterBuffer() : sinusoids;
        int tableAt = learned ? parameterAt(0) : 0;
        context.program()
                .chunked(
                        "forward " + node.name(),
                        (lane, from, to) -> {
                            y.buffer.put(y.at(from), x.buffer, x.at(from), x.at(to) - x.at(from));
                            for (int n = from; n < to; n++) {
                                RowPasses.get().add(table, tableAt, y.buffer, y.at(n), elements);
                            }
                        },
                        x,
                        y);
        return y;
    }

    @Override
    void backward(Context context, Tensor[] inputs, Tensor y, Tensor dy) {
        context.passGradient(node.input(), dy);
        if (!learned) {
            return;
        }
        context.program()
                .jointLater(
                        "backward " + node.name() + " table",
                        (lane, lanes, examples) -> {
                            int first = Lane.shareStart(lane.index, lanes, elements);
                            int count = Lane.shareStart(lane.index + 1, lanes, elements) - first;
                            long address = plan.gradientAddress(node.parametersAt() + first);
                            Pointer.memset(lane.a.to(address), 0, (long) count * Float.BYTES);
                            for (int n = 0; n < examples; n++) {
                                int at = dy.at(n) + first * Float.BYTES;
                                RowPasses.get().add(dy.buffer, at, plan.gradientBuffer(), parameterAt(first), count);
                            }
                        },
                        context.finalIn(node),
                        dy);
    }
}
