package io.lockstep.engine.cpu;

import io.lockstep.engine.RowLoss;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;

/** The nodes of losses; a loss that has no node of its own is computed row by row. */
final class LossNodes {
    private LossNodes() {}

    static void addTo(NodeTable table) {
        table.add(SoftmaxCrossEntropy.class, SoftmaxLossNode::new);
        table.add(RowLoss.class, RowLossNode::new);
    }
}
