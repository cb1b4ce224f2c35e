package io.lockstep.engine.cpu;

import io.lockstep.engine.cpu.convolution.ConvolutionNodes;
import io.lockstep.engine.cpu.elementwise.ElementwiseNodes;
import io.lockstep.engine.cpu.loss.LossNodes;
import io.lockstep.engine.cpu.moves.MoveNodes;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.NodeTable;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.norm.NormNodes;
import io.lockstep.engine.cpu.resampling.ResamplingNodes;
import io.lockstep.engine.cpu.sequence.SequenceNodes;

/** The operations that the CPU runs, and which node computes which: each kind of nodes lists its own. */
final class Nodes {
    private static final NodeTable TABLE = new NodeTable();

    static {
        MoveNodes.addTo(TABLE);
        ConvolutionNodes.addTo(TABLE);
        ResamplingNodes.addTo(TABLE);
        NormNodes.addTo(TABLE);
        SequenceNodes.addTo(TABLE);
        LossNodes.addTo(TABLE);
        ElementwiseNodes.addTo(
                TABLE); // last: it takes any operation on single examples that none of the others computes
    }

    private Nodes() {}

    /** @throws UnsupportedOperationException naming the node whose operation the CPU does not run */
    static CpuNode make(Site site) {
        return TABLE.make(site);
    }
}
