package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Shape;
import java.util.Arrays;
import java.util.List;

/** What nodes on sequences have in common. */
abstract class SequenceNode implements CpuNode {
    final Machine plan;
    final Node node;
    final List<Shape> shapes;

    SequenceNode(Site site) {
        plan = site.machine();
        node = site.node();
        shapes = site.shapes();
    }

    final Tensor[] present(Tensor... tensors) {
        return Arrays.stream(tensors).filter(tensor -> tensor != null).toArray(Tensor[]::new);
    }

    /** Byte offset in the flat vectors. */
    final int parameterAt(long element) {
        return Math.toIntExact((node.parametersAt() + element) * Float.BYTES);
    }
}
