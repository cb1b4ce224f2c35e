package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.operations.ActivationNoise;

/** Dropout and its relatives; nothing is stored between forward and backward. */
final class NoiseNode {
    private final CpuPlan plan;
    private final ActivationNoise noise;
    private final int elements;

    NoiseNode(CpuPlan plan, Node node) {
        this.plan = plan;
        noise = new ActivationNoise(node);
        elements = node.shape().elements();
    }

    Step forwardStep(Tensor x, Tensor y) {
        return (lane, from, to) -> {
            long seed = plan.seed();
            long first = plan.firstExample() * elements;
            for (int i = from * elements; i < to * elements; i++) {
                int at = i * Float.BYTES;
                float value = x.buffer.getFloat(at) * (float) noise.factor(seed, first + i)
                        + (float) noise.offset(seed, first + i);
                y.buffer.putFloat(at, value);
            }
        };
    }

    Step backwardStep(Tensor dy, Tensor dx) {
        return (lane, from, to) -> {
            long seed = plan.seed();
            long first = plan.firstExample() * elements;
            for (int i = from * elements; i < to * elements; i++) {
                int at = i * Float.BYTES;
                dx.buffer.putFloat(at, dy.buffer.getFloat(at) * (float) noise.factor(seed, first + i));
            }
        };
    }
}
