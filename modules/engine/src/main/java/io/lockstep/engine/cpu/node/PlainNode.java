package io.lockstep.engine.cpu.node;

import io.lockstep.engine.cpu.program.Step;
import io.lockstep.engine.cpu.program.Tensor;
import java.util.Arrays;
import java.util.stream.Stream;

/** An operation without parameters, in loops of plain Java: what networks have rarely, and never much of. */
public interface PlainNode extends CpuNode {
    Step forwardStep(Tensor[] x, Tensor y);

    /** @param dx receives the gradient of one of the inputs */
    Step backwardStep(int input, Tensor[] x, Tensor y, Tensor dy, Tensor dx);

    @Override
    default void forward(Context context) {
        Tensor[] x = context.inputs();
        Tensor y = context.newOutput();
        context.program().chunked("forward " + context.name(), forwardStep(x, y), with(x, y));
    }

    @Override
    default void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor[] x = context.inputs();
        Tensor y = context.output();
        for (int i = 0; i < x.length; i++) {
            Tensor dx = context.gradientFor(i);
            if (dx != null) {
                Step step = backwardStep(i, x, y, dy, dx);
                context.program().chunked("backward " + context.name(), step, with(x, y, dy, dx));
            }
        }
    }

    private static Tensor[] with(Tensor[] tensors, Tensor... others) {
        return Stream.concat(Arrays.stream(tensors), Arrays.stream(others)).toArray(Tensor[]::new);
    }
}
