package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.RowLoss;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;

/** A {@link io.lockstep.engine.Loss}: what it reads becomes sums, and in training the gradient of its predictions. */
interface LossNode {
    /**
     * @param inputs the node's
     * @param gradients receive the gradients of its predictions; null in evaluation
     */
    Step step(Tensor[] inputs, Tensor[] gradients);

    /**
     * After a pass.
     *
     * @param sums receives what {@link io.lockstep.engine.Loss#sums} names
     */
    void collect(int examples, double[] sums);

    static LossNode of(CpuPlan plan, Graph graph, Node node) {
        if (node.operation() instanceof SoftmaxCrossEntropy) {
            return new SoftmaxLossNode(plan, graph, node);
        } else if (node.operation() instanceof RowLoss) {
            return new RowLossNode(plan, graph, node);
        }
        throw new UnsupportedOperationException(node.name() + ": the CPU backend has no " + node.operation());
    }
}
