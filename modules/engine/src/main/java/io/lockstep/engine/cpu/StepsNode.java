package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation;
import io.lockstep.engine.SequenceOperation.ClassToken;
import io.lockstep.engine.SequenceOperation.StepRange;
import io.lockstep.engine.SequenceOperation.TakeStep;
import io.lockstep.kernels.RowPasses;
import org.bytedeco.javacpp.Pointer;

/** Steps taken out of a sequence, or a learned one put before it. */
final class StepsNode extends SequenceNode {
    private final boolean takes;
    private final int features;
    /** Bytes of the input before what is copied, of the output before it, and of what is copied. */
    private final int skipped;

    private final int inserted;
    private final int copied;

    StepsNode(CpuPlan plan, Graph graph, Node node) {
        super(plan, graph, node);
        features = node.shape().channels();
        int steps = shapes.get(0).height();
        int rowBytes = features * Float.BYTES;
        takes = !(node.operation() instanceof ClassToken);
        skipped = first(node.operation(), steps) * rowBytes;
        inserted = takes ? 0 : rowBytes;
        copied = node.shape().height() * rowBytes - inserted;
    }

    private static int first(Operation operation, int steps) {
        if (operation instanceof TakeStep take) {
            return take.index(steps);
        }
        return operation instanceof StepRange range ? range.first() : 0;
    }

    @Override
    Tensor forward(Context context, Tensor[] inputs) {
        Tensor x = inputs[0];
        Tensor y = context.newOutput(node);
        context.program()
                .chunked(
                        "forward " + node.name(),
                        (lane, from, to) -> {
                            for (int n = from; n < to; n++) {
                                y.buffer.put(y.at(n), plan.parameterBuffer(), parameterAt(0), inserted);
                                y.buffer.put(y.at(n) + inserted, x.buffer, x.at(n) + skipped, copied);
                            }
                        },
                        x,
                        y);
        return y;
    }

    @Override
    void backward(Context context, Tensor[] inputs, Tensor y, Tensor dy) {
        Tensor dx = context.gradientFor(node.input());
        if (dx != null) {
            context.program()
                    .chunked(
                            "backward " + node.name(),
                            (lane, from, to) -> {
                                if (takes) {
                                    long bytes = (to - from) * dx.exampleBytes;
                                    Pointer.memset(lane.a.to(dx.addressOf(from)), 0, bytes);
                                }
                                for (int n = from; n < to; n++) {
                                    dx.buffer.put(dx.at(n) + skipped, dy.buffer, dy.at(n) + inserted, copied);
                                }
                            },
                            dy,
                            dx);
        }
        if (!takes) {
            context.program()
                    .jointLater("backward " + node.name() + " token", this.token(dy), context.finalIn(node), dy);
        }
    }

    private Joint token(Tensor dy) {
        return (lane, lanes, examples) -> {
            if (lane.index > 0) {
                return;
            }
            Pointer.memset(lane.a.to(plan.gradientAddress(node.parametersAt())), 0, inserted);
            for (int n = 0; n < examples; n++) {
                RowPasses.get().add(dy.buffer, dy.at(n), plan.gradientBuffer(), parameterAt(0), features);
            }
        };
    }
}
