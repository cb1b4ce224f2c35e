package io.lockstep.engine.cpu;

import io.lockstep.engine.DropoutMask;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation.Dropout;

/** Dropout; forward and backward are the same pass. */
final class DropoutNode {
    private final CpuPlan plan;
    private final int node;
    private final int elements;
    private final double retain;

    DropoutNode(CpuPlan plan, Node node) {
        this.plan = plan;
        this.node = node.index();
        elements = node.shape().elements();
        retain = ((Dropout) node.operation()).retain();
    }

    Step step(Tensor x, Tensor y) {
        return (lane, from, to) -> {
            long seed = plan.seed();
            float factor = (float) (1 / retain);
            for (int i = from * elements; i < to * elements; i++) {
                boolean keep = DropoutMask.keeps(seed, node, i, retain);
                y.buffer.putFloat(i * Float.BYTES, keep ? x.buffer.getFloat(i * Float.BYTES) * factor : 0);
            }
        };
    }
}
