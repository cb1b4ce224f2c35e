package io.lockstep.engine.cpu.elementwise;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Elements;
import io.lockstep.engine.cpu.program.Tensor;

/** The sum of its inputs; each gets the output's gradient itself. */
final class AddNode implements CpuNode {
    @Override
    public void forward(Context context) {
        Tensor[] inputs = context.inputs();
        Tensor y = context.newOutput();
        String name = "forward " + context.name();
        if (inputs.length == 1) {
            context.program().chunked(name, Elements.copy(inputs[0], y), inputs[0], y);
        }
        Tensor sum = inputs[0];
        for (int i = 1; i < inputs.length; i++) {
            context.program().chunked(name, Elements.add(sum, inputs[i], y), sum, inputs[i], y);
            sum = y;
        }
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        for (int i = 0; i < context.inputs().length; i++) {
            context.passGradient(i, dy);
        }
    }
}
