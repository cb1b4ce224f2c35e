package io.lockstep.engine.cpu.node;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Precision;
import io.lockstep.engine.StatisticsExchange;
import io.lockstep.engine.cpu.onednn.NativeMemory;
import io.lockstep.engine.cpu.onednn.PackedWeights;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import java.nio.ByteBuffer;
import java.util.List;

/** What nodes have of the plan that they are made for: threads, memory, the flat vectors, and what a pass is given. */
public interface Machine {
    int lanes();

    /** Most examples in one pass. */
    int capacity();

    /** The largest number of examples that a lane gets. */
    int share();

    /** Null where batch norm sees this plan's batch alone. */
    StatisticsExchange exchange();

    Precision precision();

    /** Told by a node, while it is made, whose products' factors are rounded. */
    void noteRounding();

    NativeMemory memory();

    /** Weights that are packed at the start of each pass, and closed with the plan. */
    List<PackedWeights> packs();

    long parameterAddress(long element);

    /** Where a node reads its weights and bias: in the flat vector, or in a copy that DropConnect has thinned. */
    long weightsAddress(Graph.Node node);

    long gradientAddress(long element);

    ByteBuffer parameterBuffer();

    ByteBuffer gradientBuffer();

    /** Of the noise of the pass that goes on. */
    long seed();

    /** Place of the first example of the pass in the batch of all ranks. */
    long firstExample();

    /** Copies what the pass was given for an input. */
    ExampleTask inputTask(Graph.Node node, Tensor y);
}
