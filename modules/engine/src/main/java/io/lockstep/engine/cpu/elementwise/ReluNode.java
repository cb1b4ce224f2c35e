package io.lockstep.engine.cpu.elementwise;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.kernels.VectorPasses;

/** Backward wants the function's output. */
final class ReluNode implements CpuNode {
    @Override
    public void forward(Context context) {
        Tensor x = context.input();
        Tensor y = context.newOutput();
        int elements = y.elementOf(1);
        context.program()
                .chunked(
                        "forward " + context.name(),
                        (lane, from, to) ->
                                VectorPasses.get().relu(x.buffer(), x.at(from), (to - from) * elements, y.buffer()),
                        x,
                        y);
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor y = context.output();
        Tensor dx = context.gradientFor(0);
        if (dx == null) {
            return;
        }
        int elements = y.elementOf(1);
        context.program()
                .chunked(
                        "backward " + context.name(),
                        (lane, from, to) -> VectorPasses.get()
                                .reluGradient(
                                        dy.buffer(), y.buffer(), dy.at(from), (to - from) * elements, dx.buffer()),
                        dy,
                        y,
                        dx);
    }
}
