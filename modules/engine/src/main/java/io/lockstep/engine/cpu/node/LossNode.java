package io.lockstep.engine.cpu.node;

import io.lockstep.engine.Loss;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import java.util.Arrays;
import java.util.stream.Stream;

/** A {@link Loss}: what it reads becomes sums, and in training the gradient of its predictions. */
public abstract class LossNode implements CpuNode {
    private final Site site;

    protected LossNode(Site site) {
        this.site = site;
    }

    /**
     * @param inputs the node's
     * @param gradients receive the gradients of its predictions; null in evaluation
     */
    protected abstract ExampleTask task(Tensor[] inputs, Tensor[] gradients);

    /**
     * After a pass.
     *
     * @param sums receives what {@link Loss#sums} names
     */
    public abstract void collect(int examples, double[] sums);

    @Override
    public final void forward(Context context) {
        Tensor[] inputs = context.inputs();
        Tensor[] dx = new Tensor[context.training() ? ((Loss) site.node().operation()).predictions() : 0];
        for (int i = 0; i < dx.length; i++) {
            dx[i] = context.program()
                    .tensor(context.name() + ".gradient", site.shapes().get(i).elements());
        }
        context.keep(dx);
        Tensor[] uses = Stream.concat(Arrays.stream(inputs), Arrays.stream(dx)).toArray(Tensor[]::new);
        context.program().chunked("forward " + context.name(), task(inputs, context.training() ? dx : null), uses);
    }

    @Override
    public final void backward(Context context) {
        Tensor[] dx = context.kept();
        for (int i = 0; i < dx.length; i++) {
            context.passGradient(i, dx[i]);
        }
    }
}
