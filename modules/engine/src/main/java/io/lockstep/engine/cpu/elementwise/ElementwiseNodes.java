package io.lockstep.engine.cpu.elementwise;

import io.lockstep.engine.ExampleOperation;
import io.lockstep.engine.cpu.node.NodeTable;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Combination;
import io.lockstep.engine.operations.Noise;
import io.lockstep.engine.operations.Sources;

/** The nodes of operations whose elements, or examples, do not look at each other, and those that read nothing. */
public final class ElementwiseNodes {
    private ElementwiseNodes() {}

    public static void addTo(NodeTable table) {
        table.add(Activation.class, ActivationNode::fastest);
        table.add(Add.class, site -> new AddNode());
        table.add(Combination.class, CombinationNode::new);
        table.add(Noise.class, NoiseNode::new);
        table.add(Sources.class, SourceNode::new);
        table.add(ExampleOperation.class, ExampleNode::new);
    }
}
