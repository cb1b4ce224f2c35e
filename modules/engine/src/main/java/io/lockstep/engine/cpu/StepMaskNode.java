package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.operations.Sequences.StepMask;

/** Tells the steps that are there from those that are filled up. */
final class StepMaskNode extends SequenceNode {
    private final float nothing;
    private final int steps;
    private final int features;

    StepMaskNode(CpuPlan plan, Graph graph, Node node) {
        super(plan, graph, node);
        nothing = (float) ((StepMask) node.operation()).nothing();
        steps = node.shape().height();
        features = shapes.get(0).channels();
    }

    @Override
    Tensor forward(Context context, Tensor[] inputs) {
        Tensor x = inputs[0];
        Tensor y = context.newOutput(node);
        context.program()
                .chunked(
                        "forward " + node.name(),
                        (lane, from, to) -> {
                            for (int step = from * steps; step < to * steps; step++) {
                                y.buffer.putFloat(step * Float.BYTES, isThere(x, step) ? 1 : 0);
                            }
                        },
                        x,
                        y);
        return y;
    }

    private boolean isThere(Tensor x, int step) {
        for (int i = step * features; i < (step + 1) * features; i++) {
            if (x.buffer.getFloat(i * Float.BYTES) != nothing) {
                return true;
            }
        }
        return false;
    }

    @Override
    void backward(Context context, Tensor[] inputs, Tensor y, Tensor dy) {
        throw new IllegalStateException("a mask has no gradient");
    }
}
