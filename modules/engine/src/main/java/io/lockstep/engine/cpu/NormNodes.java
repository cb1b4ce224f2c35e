package io.lockstep.engine.cpu;

import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.GroupNorm;
import io.lockstep.engine.operations.Norm.LayerNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;

/** The nodes of normalisation. */
final class NormNodes {
    private NormNodes() {}

    static void addTo(NodeTable table) {
        table.add(BatchNorm.class, BatchNormNode::new);
        table.add(ResponseNorm.class, ResponseNormNode::fastest);
        table.add(LayerNorm.class, LayerNormNode::new);
        table.add(GroupNorm.class, site -> CpuNode.ofEachProgram(() -> new GroupNormNode(site)));
    }
}
