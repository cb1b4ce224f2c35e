package io.lockstep.engine.cpu;

import io.lockstep.engine.ExampleOperation;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Operation.Output;
import io.lockstep.engine.RowLoss;
import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Combination;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Pixels;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Moves.Rows;
import io.lockstep.engine.operations.Moves.ZeroPadding;
import io.lockstep.engine.operations.Noise;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.GroupNorm;
import io.lockstep.engine.operations.Norm.LayerNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.Upsampling;
import io.lockstep.engine.operations.Sequences.ClassToken;
import io.lockstep.engine.operations.Sequences.Embedding;
import io.lockstep.engine.operations.Sequences.Positions;
import io.lockstep.engine.operations.Sequences.StepMask;
import io.lockstep.engine.operations.Sequences.StepRange;
import io.lockstep.engine.operations.Sequences.TakeStep;
import io.lockstep.engine.operations.Sources;
import java.util.LinkedHashMap;
import java.util.Map;

/** The table of the operations that the CPU runs: which node computes which. */
final class Nodes {
    /** Makes the node of an operation. */
    private interface Maker {
        CpuNode make(Site site);
    }

    /** An operation's own class, or a kind that many are of; the first that fits counts. */
    private static final Map<Class<? extends Operation>, Maker> TABLE = new LinkedHashMap<>();

    static {
        TABLE.put(Input.class, EndNodes::input);
        TABLE.put(Output.class, site -> EndNodes.output());

        TABLE.put(Convolution.class, ConvolutionNode::fastest);
        TABLE.put(TransposedConvolution.class, TransposedConvolutionNode::new);
        TABLE.put(Dense.class, DenseNode::fastest);
        TABLE.put(Pooling.class, PoolingNode::new);
        TABLE.put(NormPooling.class, NormPoolingNode::new);
        TABLE.put(Upsampling.class, UpsamplingNode::new);

        TABLE.put(BatchNorm.class, BatchNormNode::new);
        TABLE.put(ResponseNorm.class, ResponseNormNode::fastest);
        TABLE.put(LayerNorm.class, LayerNormNode::new);
        TABLE.put(GroupNorm.class, site -> CpuNode.ofEachProgram(() -> new GroupNormNode(site)));

        TABLE.put(Activation.class, ActivationNode::fastest);
        TABLE.put(Add.class, site -> new AddNode());
        TABLE.put(Combination.class, CombinationNode::new);
        TABLE.put(Noise.class, NoiseNode::new);

        TABLE.put(Concatenation.class, MoveNode::new);
        TABLE.put(ZeroPadding.class, MoveNode::new);
        TABLE.put(ChannelRange.class, MoveNode::new);
        TABLE.put(Reshape.class, MoveNode::new);
        TABLE.put(Flatten.class, MoveNode::new);
        TABLE.put(Rows.class, site -> EndNodes.sameMemory());
        TABLE.put(Pixels.class, site -> EndNodes.sameMemory());

        TABLE.put(Recurrent.class, RecurrentNode::ofEachProgram);
        TABLE.put(Attention.class, site -> CpuNode.ofEachProgram(() -> new AttentionNode(site)));
        TABLE.put(Embedding.class, EmbeddingNode::new);
        TABLE.put(Positions.class, PositionsNode::new);
        TABLE.put(TakeStep.class, StepsNode::new);
        TABLE.put(StepRange.class, StepsNode::new);
        TABLE.put(ClassToken.class, StepsNode::new);
        TABLE.put(StepMask.class, StepMaskNode::new);
        TABLE.put(Sources.class, SourceNode::new);

        TABLE.put(SoftmaxCrossEntropy.class, SoftmaxLossNode::new);
        TABLE.put(RowLoss.class, RowLossNode::new);
        TABLE.put(ExampleOperation.class, ExampleNode::new);
    }

    private Nodes() {}

    /** @throws UnsupportedOperationException naming the node whose operation the CPU does not run */
    static CpuNode make(Site site) {
        Operation operation = site.node().operation();
        return TABLE.entrySet().stream()
                .filter(line -> line.getKey().isInstance(operation))
                .findFirst()
                .orElseThrow(() ->
                        new UnsupportedOperationException(site.node().name() + ": the CPU backend has no " + operation))
                .getValue()
                .make(site);
    }
}
