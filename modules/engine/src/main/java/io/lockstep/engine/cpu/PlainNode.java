package io.lockstep.engine.cpu;

import io.lockstep.engine.ExampleOperation;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Combination;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Upsampling;

/** An operation without parameters, in loops of plain Java: what networks have rarely, and never much of. */
interface PlainNode {
    Step forwardStep(Tensor[] x, Tensor y);

    /** @param dx receives the gradient of one of the inputs */
    Step backwardStep(int input, Tensor[] x, Tensor y, Tensor dy, Tensor dx);

    static boolean has(Node node) {
        Operation operation = node.operation();
        return operation instanceof ExampleOperation
                || operation instanceof NormPooling
                || operation instanceof Upsampling
                || operation instanceof Combination
                || PlainResponseNorm.has(node)
                || (operation instanceof Activation activation && PlainActivation.has(activation.function()));
    }

    static PlainNode of(CpuPlan plan, Graph graph, Node node) {
        if (node.operation() instanceof ExampleOperation operation) {
            return new ExampleNode(operation, graph.inputShapesOf(node), node.shape(), plan.lanes());
        } else if (node.operation() instanceof NormPooling pooling) {
            return new NormPoolingNode(pooling, graph.inputShapeOf(node), node.shape());
        } else if (node.operation() instanceof Upsampling upsampling) {
            return new UpsamplingNode(upsampling, graph.inputShapeOf(node), node.shape());
        } else if (node.operation() instanceof Activation activation) {
            return new PlainActivation(activation);
        } else if (node.operation() instanceof ResponseNorm) {
            return new PlainResponseNorm(node);
        }
        return new CombinationNode(
                ((Combination) node.operation()).how(), node.shape().elements());
    }
}
