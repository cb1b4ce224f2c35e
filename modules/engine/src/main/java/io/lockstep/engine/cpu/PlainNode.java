package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation.Combination;
import io.lockstep.engine.Operation.NormPooling;
import io.lockstep.engine.Operation.Upsampling;

/** An operation without parameters, in loops of plain Java: what networks have rarely, and never much of. */
interface PlainNode {
    Step forwardStep(Tensor[] x, Tensor y);

    /** @param dx receives the gradient of one of the inputs */
    Step backwardStep(int input, Tensor[] x, Tensor y, Tensor dy, Tensor dx);

    /** Null for all other operations. */
    static PlainNode of(Graph graph, Node node) {
        if (node.operation() instanceof NormPooling pooling) {
            return new NormPoolingNode(pooling, graph.inputShapeOf(node), node.shape());
        } else if (node.operation() instanceof Upsampling upsampling) {
            return new UpsamplingNode(upsampling, graph.inputShapeOf(node), node.shape());
        } else if (node.operation() instanceof Combination combination) {
            return new CombinationNode(combination.how(), node.shape().elements());
        }
        return null;
    }
}
