package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation;
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
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;

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

    /** Whether the node of an operation, where its parameters are given, passes the gradient on and writes none of its own. */
    static boolean keepsGradient(Node node) {
        Operation operation = node.operation();
        return operation instanceof Convolution
                || operation instanceof TransposedConvolution
                || operation instanceof Dense
                || operation instanceof BatchNorm norm && norm.fixed();
    }
}
