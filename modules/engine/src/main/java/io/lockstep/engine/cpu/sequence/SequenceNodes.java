package io.lockstep.engine.cpu.sequence;

import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.NodeTable;
import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Sequences.ClassToken;
import io.lockstep.engine.operations.Sequences.Embedding;
import io.lockstep.engine.operations.Sequences.Positions;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import io.lockstep.engine.operations.Sequences.TimeStepMask;
import io.lockstep.engine.operations.Sequences.TimeStepRange;

/** The nodes of operations on sequences. */
public final class SequenceNodes {
    private SequenceNodes() {}

    public static void addTo(NodeTable table) {
        table.add(Recurrent.class, RecurrentNode::ofEachProgram);
        table.add(Attention.class, site -> CpuNode.ofEachProgram(() -> new AttentionNode(site)));
        table.add(Embedding.class, EmbeddingNode::new);
        table.add(Positions.class, PositionsNode::new);
        table.add(TakeTimeStep.class, TimeStepsNode::new);
        table.add(TimeStepRange.class, TimeStepsNode::new);
        table.add(ClassToken.class, TimeStepsNode::new);
        table.add(TimeStepMask.class, TimeStepMaskNode::new);
    }
}
