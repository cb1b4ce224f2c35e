package io.lockstep.engine.cpu.elementwise;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Elements;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.ActivationNoise;

/** Dropout and its relatives; nothing is stored between forward and backward. */
final class NoiseNode implements CpuNode {
    private final Machine plan;
    private final ActivationNoise noise;
    private final int elements;

    NoiseNode(Site site) {
        plan = site.machine();
        noise = new ActivationNoise(site.node());
        elements = site.node().shape().elements();
    }

    @Override
    public void forward(Context context) {
        Tensor x = context.input();
        Tensor y = context.newOutput();
        ExampleTask task = context.training() ? forwardTask(x, y) : Elements.copy(x, y);
        context.program().chunked("forward " + context.name(), task, x, y);
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor dx = context.gradientFor(0);
        if (dx != null) {
            context.program().chunked("backward " + context.name(), backwardTask(dy, dx), dy, dx);
        }
    }

    private ExampleTask forwardTask(Tensor x, Tensor y) {
        return (lane, from, to) -> {
            long seed = plan.seed();
            long first = plan.firstExample() * elements;
            for (int i = from * elements; i < to * elements; i++) {
                int at = i * Float.BYTES;
                float value = x.buffer().getFloat(at) * (float) noise.factor(seed, first + i)
                        + (float) noise.offset(seed, first + i);
                y.buffer().putFloat(at, value);
            }
        };
    }

    private ExampleTask backwardTask(Tensor dy, Tensor dx) {
        return (lane, from, to) -> {
            long seed = plan.seed();
            long first = plan.firstExample() * elements;
            for (int i = from * elements; i < to * elements; i++) {
                int at = i * Float.BYTES;
                dx.buffer().putFloat(at, dy.buffer().getFloat(at) * (float) noise.factor(seed, first + i));
            }
        };
    }
}
