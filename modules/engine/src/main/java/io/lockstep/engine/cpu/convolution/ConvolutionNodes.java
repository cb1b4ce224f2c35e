package io.lockstep.engine.cpu.convolution;

import io.lockstep.engine.cpu.node.NodeTable;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;

/** The nodes of products with weights: convolutions, transposed ones, and dense layers. */
public final class ConvolutionNodes {
    private ConvolutionNodes() {}

    public static void addTo(NodeTable table) {
        table.add(Convolution.class, ConvolutionNode::fastest);
        table.add(TransposedConvolution.class, TransposedConvolutionNode::new);
        table.add(Dense.class, DenseNode::fastest);
    }
}
