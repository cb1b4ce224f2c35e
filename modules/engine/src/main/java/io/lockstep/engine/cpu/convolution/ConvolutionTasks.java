package io.lockstep.engine.cpu.convolution;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;

/** A convolution; how its tasks come together is told here, what they do by each of its ways. */
interface ConvolutionTasks extends CpuNode {
    /** Adds y = x * w + bias; x, and below x and dy, rounded where it {@link #rounds}. */
    void forward(Program program, String name, Tensor x, Tensor y);

    /** Adds the gradient of x. */
    void backwardData(Program program, String name, Tensor dy, Tensor dx);

    /**
     * Adds the gradient of weights and bias, summed over each lane's examples.
     *
     * @return the sums, for {@link #gradientJoint}
     */
    Tensor backwardWeights(Program program, String name, Tensor x, Tensor dy);

    /** Adds the lanes' sums up, into the flat gradient. */
    Joint gradientJoint(Tensor partials);

    @Override
    default void forward(Context context) {
        if (!context.training()) {
            context.program().newSegment();
        }
        Tensor y = context.newOutput();
        forward(context.program(), "forward " + context.name(), factor(context, context.input()), y);
    }

    @Override
    default void backward(Context context) {
        Tensor dy = context.gradient();
        Program program = context.program();
        if (program.hasDeferred()) {
            program.newSegment();
        }
        String name = "backward " + context.name();
        Tensor dyFactor = factor(context, dy);
        Tensor dx = context.gradientFor(0);
        if (dx != null) {
            backwardData(program, name + " data", dyFactor, dx);
        }
        if (context.trains()) {
            weightsGradient(context, factor(context, context.input()), dyFactor);
        }
    }

    /** @param x, dy of this convolution, which may be the transpose of the node's */
    default void weightsGradient(Context context, Tensor x, Tensor dy) {
        String name = "backward " + context.name();
        Tensor partials = backwardWeights(context.program(), name + " weights", x, dy);
        context.parameterGradients(name + " unpack", gradientJoint(partials), partials);
    }

    /** What is multiplied. */
    default Tensor factor(Context context, Tensor x) {
        return rounds() ? context.rounded(x) : x;
    }
}
