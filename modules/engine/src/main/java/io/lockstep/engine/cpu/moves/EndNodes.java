package io.lockstep.engine.cpu.moves;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.program.Tensor;

/** Nodes at which nothing is computed: where a pass begins and ends, and where the same memory gets another shape. */
final class EndNodes {
    private EndNodes() {}

    static CpuNode input(Site site) {
        return new CpuNode() {
            @Override
            public void forward(Context context) {
                Tensor y = context.newOutput();
                context.program()
                        .chunked("forward " + context.name(), site.machine().inputTask(site.node(), y), y);
            }

            @Override
            public void backward(Context context) {
                throw new IllegalStateException("nothing is before an input");
            }
        };
    }

    /** It hands out what it reads. */
    static CpuNode output() {
        return new CpuNode() {
            @Override
            public void forward(Context context) {
                // what reads the output looks at the input
            }

            @Override
            public void backward(Context context) {
                throw new IllegalStateException("a part of a network without a loss has no backward");
            }
        };
    }

    static CpuNode sameMemory() {
        return new CpuNode() {
            @Override
            public void forward(Context context) {
                context.handOn(context.input());
            }

            @Override
            public void backward(Context context) {
                context.passGradient(0, context.gradient());
            }
        };
    }
}
