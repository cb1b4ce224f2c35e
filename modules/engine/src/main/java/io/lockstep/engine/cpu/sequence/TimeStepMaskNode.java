package io.lockstep.engine.cpu.sequence;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.SequenceNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Sequences.TimeStepMask;

/** Tells the time steps that are there from those that are filled up. */
final class TimeStepMaskNode extends SequenceNode {
    private final float nothing;
    private final int steps;
    private final int features;

    TimeStepMaskNode(Site site) {
        super(site);
        nothing = (float) ((TimeStepMask) node.operation()).nothing();
        steps = node.shape().height();
        features = shapes.get(0).channels();
    }

    @Override
    public void forward(Context context) {
        Tensor x = context.input();
        Tensor y = context.newOutput();
        context.program()
                .chunked(
                        "forward " + node.name(),
                        (lane, from, to) -> {
                            for (int step = from * steps; step < to * steps; step++) {
                                y.buffer().putFloat(step * Float.BYTES, isThere(x, step) ? 1 : 0);
                            }
                        },
                        x,
                        y);
    }

    private boolean isThere(Tensor x, int step) {
        for (int i = step * features; i < (step + 1) * features; i++) {
            if (x.buffer().getFloat(i * Float.BYTES) != nothing) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void backward(Context context) {
        throw new IllegalStateException("a mask has no gradient");
    }
}
