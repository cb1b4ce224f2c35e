package io.lockstep.engine.cpu;

import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.Upsampling;

/** The nodes of pooling and upsampling. */
final class ResamplingNodes {
    private ResamplingNodes() {}

    static void addTo(NodeTable table) {
        table.add(Pooling.class, PoolingNode::new);
        table.add(NormPooling.class, NormPoolingNode::new);
        table.add(Upsampling.class, UpsamplingNode::new);
    }
}
