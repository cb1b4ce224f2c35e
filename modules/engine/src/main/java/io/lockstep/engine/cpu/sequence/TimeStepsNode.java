package io.lockstep.engine.cpu.sequence;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.SequenceNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Sequences.ClassToken;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import io.lockstep.engine.operations.Sequences.TimeStepRange;
import io.lockstep.kernels.RowPasses;
import org.bytedeco.javacpp.Pointer;

/** Time steps taken out of a sequence, or a learned one put before it. */
final class TimeStepsNode extends SequenceNode {
    private final boolean takes;
    private final int features;
    private final int rowBytes;
    /** Bytes of the output before what is copied, and of what is copied. */
    private final int inserted;

    private final int copied;

    TimeStepsNode(Site site) {
        super(site);
        features = node.shape().channels();
        rowBytes = features * Float.BYTES;
        takes = !(node.operation() instanceof ClassToken);
        inserted = takes ? 0 : rowBytes;
        copied = node.shape().height() * rowBytes - inserted;
    }

    /** First time step that is copied of an example, or -1. */
    private int first(Tensor[] inputs, int n) {
        int steps = shapes.get(0).height();
        if (node.operation() instanceof TimeStepRange range) {
            return range.first();
        }
        for (int i = 0; node.operation() instanceof TakeTimeStep take && i < steps; i++) {
            int step = take.candidate(i, steps);
            if (!take.masked() || inputs[1].buffer().getFloat(inputs[1].at(n) + step * Float.BYTES) != 0) {
                return step;
            }
        }
        return takes ? -1 : 0;
    }

    @Override
    public void forward(Context context) {
        Tensor[] inputs = context.inputs();
        Tensor x = inputs[0];
        Tensor y = context.newOutput();
        context.program()
                .chunked(
                        "forward " + node.name(),
                        (lane, from, to) -> {
                            for (int n = from; n < to; n++) {
                                y.buffer().put(y.at(n), plan.parameterBuffer(), parameterAt(0), inserted);
                                int first = first(inputs, n);
                                if (first < 0) {
                                    Pointer.memset(lane.at(y.addressOf(n)), 0, copied);
                                } else {
                                    y.buffer().put(y.at(n) + inserted, x.buffer(), x.at(n) + first * rowBytes, copied);
                                }
                            }
                        },
                        present(x, y, inputs.length > 1 ? inputs[1] : null));
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor[] inputs = context.inputs();
        Tensor dx = context.gradientFor(0);
        if (dx != null) {
            context.program()
                    .chunked(
                            "backward " + node.name(),
                            (lane, from, to) -> {
                                if (takes) {
                                    long bytes = (to - from) * dx.exampleBytes();
                                    Pointer.memset(lane.at(dx.addressOf(from)), 0, bytes);
                                }
                                for (int n = from; n < to; n++) {
                                    int first = first(inputs, n);
                                    if (first >= 0) {
                                        dx.buffer()
                                                .put(
                                                        dx.at(n) + first * rowBytes,
                                                        dy.buffer(),
                                                        dy.at(n) + inserted,
                                                        copied);
                                    }
                                }
                            },
                            present(dy, dx, inputs.length > 1 ? inputs[1] : null));
        }
        if (!takes) {
            context.parameterGradients("backward " + node.name() + " token", token(dy), dy);
        }
    }

    private Joint token(Tensor dy) {
        return (lane, lanes, examples) -> {
            if (lane.index() > 0) {
                return;
            }
            Pointer.memset(lane.at(plan.gradientAddress(node.parametersAt())), 0, inserted);
            for (int n = 0; n < examples; n++) {
                RowPasses.get().add(dy.buffer(), dy.at(n), plan.gradientBuffer(), parameterAt(0), features);
            }
        };
    }
}
