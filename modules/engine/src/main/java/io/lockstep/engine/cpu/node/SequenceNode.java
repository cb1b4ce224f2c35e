package io.lockstep.engine.cpu.node;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Shape;
import io.lockstep.engine.cpu.program.Tensor;
import java.util.Arrays;
import java.util.List;

/** What nodes on sequences have in common. */
public abstract class SequenceNode implements CpuNode {
    protected final Machine plan;
    protected final Node node;
    protected final List<Shape> shapes;

    protected SequenceNode(Site site) {
        plan = site.machine();
        node = site.node();
        shapes = site.shapes();
    }

    protected final Tensor[] present(Tensor... tensors) {
        return Arrays.stream(tensors).filter(tensor -> tensor != null).toArray(Tensor[]::new);
    }

    /** Byte offset in the flat vectors. */
    protected final int parameterAt(long element) {
        return Math.toIntExact((node.parametersAt() + element) * Float.BYTES);
    }
}
