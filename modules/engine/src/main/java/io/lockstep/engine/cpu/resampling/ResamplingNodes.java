package io.lockstep.engine.cpu.resampling;

import io.lockstep.engine.cpu.node.NodeTable;
import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.Upsampling;

/** The nodes of pooling and upsampling. */
public final class ResamplingNodes {
    private ResamplingNodes() {}

    public static void addTo(NodeTable table) {
        table.add(Pooling.class, PoolingNode::new);
        table.add(NormPooling.class, NormPoolingNode::new);
        table.add(Upsampling.class, UpsamplingNode::new);
    }
}
