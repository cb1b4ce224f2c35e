package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Plan.PassResult;
import io.lockstep.engine.operations.Losses.Judgement;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;

/** The last node of a graph, or an auxiliary classifier's: what it read becomes a loss, and its gradient. */
interface LossNode {
    /** @param dx receives the gradient; null in evaluation */
    Step step(Tensor x, Tensor dx);

    /** After a pass. */
    PassResult result(int examples);

    /** Null for a graph without a loss. */
    static LossNode of(CpuPlan plan, Node node) {
        if (node.operation() instanceof SoftmaxCrossEntropy) {
            return new SoftmaxLossNode(plan, node);
        }
        return node.operation() instanceof Judgement judgement ? new JudgementNode(plan, judgement) : null;
    }
}
