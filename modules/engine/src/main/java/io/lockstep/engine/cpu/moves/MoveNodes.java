package io.lockstep.engine.cpu.moves;

import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Operation.Output;
import io.lockstep.engine.cpu.node.NodeTable;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Pixels;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Moves.Rows;
import io.lockstep.engine.operations.Moves.ZeroPadding;

/** The nodes of operations that copy elements to other places, or hand them on as they lie. */
public final class MoveNodes {
    private MoveNodes() {}

    public static void addTo(NodeTable table) {
        table.add(Input.class, EndNodes::input);
        table.add(Output.class, site -> EndNodes.output());
        table.add(Concatenation.class, MoveNode::new);
        table.add(ZeroPadding.class, MoveNode::new);
        table.add(ChannelRange.class, MoveNode::new);
        table.add(Reshape.class, MoveNode::new);
        table.add(Flatten.class, MoveNode::new);
        table.add(Rows.class, site -> EndNodes.sameMemory());
        table.add(Pixels.class, site -> EndNodes.sameMemory());
    }
}
