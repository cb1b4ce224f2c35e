package io.lockstep.engine.cpu.loss;

import io.lockstep.engine.RowLoss;
import io.lockstep.engine.cpu.node.NodeTable;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;

/** The nodes of losses; a loss that has no node of its own is computed row by row. */
public final class LossNodes {
    private LossNodes() {}

    public static void addTo(NodeTable table) {
        table.add(SoftmaxCrossEntropy.class, SoftmaxLossNode::new);
        table.add(RowLoss.class, RowLossNode::new);
    }
}
