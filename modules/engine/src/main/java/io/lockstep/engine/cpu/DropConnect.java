package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.NativeMemory;
import java.nio.ByteBuffer;

/** A node's weights, thinned out anew for each training pass, whole in evaluation. Its bias is copied. */
final class DropConnect {
    private final CpuPlan plan;
    private final Node node;
    private final Graph graph;
    private final int at;
    private final ByteBuffer copy;

    DropConnect(CpuPlan plan, Graph graph, Node node) {
        this.plan = plan;
        this.graph = graph;
        this.node = node;
        at = Math.toIntExact(node.parametersAt() * Float.BYTES);
        long bytes = node.parameters() * (long) Float.BYTES;
        long address = plan.memory().allocate(bytes);
        copy = NativeMemory.view(address, bytes);
        plan.readWeightsFrom(node, address);
    }

    void fill(boolean training, int lane, int lanes) {
        int end = Lane.shareStart(lane + 1, lanes, node.parameters());
        for (int i = Lane.shareStart(lane, lanes, node.parameters()); i < end; i++) {
            float value = plan.parameterBuffer().getFloat(at + i * Float.BYTES);
            copy.putFloat(i * Float.BYTES, training ? value * factor(i) : value);
        }
    }

    void maskGradient(int lane, int lanes) {
        int end = Lane.shareStart(lane + 1, lanes, node.parameters());
        for (int i = Lane.shareStart(lane, lanes, node.parameters()); i < end; i++) {
            int place = at + i * Float.BYTES;
            plan.gradientBuffer().putFloat(place, plan.gradientBuffer().getFloat(place) * factor(i));
        }
    }

    private float factor(int i) {
        return (float) graph.weightFactor(plan.seed(), node, i);
    }
}
