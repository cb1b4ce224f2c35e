package io.lockstep.engine.cpu.norm;

import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.NodeTable;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.GroupNorm;
import io.lockstep.engine.operations.Norm.LayerNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;

/** The nodes of normalisation. */
public final class NormNodes {
    private NormNodes() {}

    public static void addTo(NodeTable table) {
        table.add(BatchNorm.class, BatchNormNode::new);
        table.add(ResponseNorm.class, ResponseNormNode::fastest);
        table.add(LayerNorm.class, LayerNormNode::new);
        table.add(GroupNorm.class, site -> CpuNode.ofEachProgram(() -> new GroupNormNode(site)));
    }
}
