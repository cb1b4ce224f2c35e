package io.lockstep.engine.cpu.node;

import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import java.util.Arrays;
import java.util.stream.Stream;

/** An operation without parameters, in loops of plain Java: what networks have rarely, and never much of. */
public interface PlainNode extends CpuNode {
    ExampleTask forwardTask(Tensor[] x, Tensor y);

    /** @param dx receives the gradient of one of the inputs */
    ExampleTask backwardTask(int input, Tensor[] x, Tensor y, Tensor dy, Tensor dx);

    @Override
    default void forward(Context context) {
        Tensor[] x = context.inputs();
        Tensor y = context.newOutput();
        context.program().chunked("forward " + context.name(), forwardTask(x, y), with(x, y));
    }

    @Override
    default void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor[] x = context.inputs();
        Tensor y = context.output();
        for (int i = 0; i < x.length; i++) {
            Tensor dx = context.gradientFor(i);
            if (dx != null) {
                ExampleTask task = backwardTask(i, x, y, dy, dx);
                context.program().chunked("backward " + context.name(), task, with(x, y, dy, dx));
            }
        }
    }

    private static Tensor[] with(Tensor[] tensors, Tensor... others) {
        return Stream.concat(Arrays.stream(tensors), Arrays.stream(others)).toArray(Tensor[]::new);
    }
}
