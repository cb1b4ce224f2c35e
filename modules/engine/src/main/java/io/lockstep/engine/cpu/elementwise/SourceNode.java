package io.lockstep.engine.cpu.elementwise;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.SequenceNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.NativeMemory;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Sources.Constant;
import io.lockstep.engine.operations.Sources.Parameter;
import io.lockstep.engine.operations.Sources.RandomNumbers;
import io.lockstep.kernels.RowPasses;
import java.nio.ByteBuffer;
import java.util.List;
import org.bytedeco.javacpp.Pointer;

/** What reads no node: learned numbers, constants and random numbers. */
final class SourceNode extends SequenceNode {
    private final int elements;

    SourceNode(Site site) {
        super(site);
        elements = node.shape().elements();
    }

    @Override
    public void forward(Context context) {
        Tensor y = context.newOutput();
        context.program().chunked("forward " + node.name(), task(y), y);
    }

    private ExampleTask task(Tensor y) {
        if (node.operation() instanceof RandomNumbers numbers) {
            return (lane, from, to) -> {
                long first = plan.firstExample() * elements;
                for (int i = from * elements; i < to * elements; i++) {
                    double value = numbers.value(plan.seed(), node.stream(), first + i);
                    y.buffer().putFloat(i * Float.BYTES, (float) value);
                }
            };
        }
        ByteBuffer table = node.operation() instanceof Constant constant ? table(constant) : plan.parameterBuffer();
        int tableAt = node.operation() instanceof Parameter ? parameterAt(0) : 0;
        return (lane, from, to) -> {
            for (int n = from; n < to; n++) {
                y.buffer().put(y.at(n), table, tableAt, elements * Float.BYTES);
            }
        };
    }

    private ByteBuffer table(Constant constant) {
        long bytes = (long) elements * Float.BYTES;
        ByteBuffer table = NativeMemory.view(plan.memory().allocate(bytes), bytes);
        List<Float> values = constant.values();
        for (int i = 0; i < elements; i++) {
            table.putFloat(i * Float.BYTES, values.get(i));
        }
        return table;
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        if (!(node.operation() instanceof Parameter)) {
            return;
        }
        context.parameterGradients("backward " + node.name() + " sums", gradient(dy), dy);
    }

    private Joint gradient(Tensor dy) {
        return (lane, lanes, examples) -> {
            int first = Lane.shareStart(lane.index(), lanes, elements);
            int count = Lane.shareStart(lane.index() + 1, lanes, elements) - first;
            Pointer.memset(lane.at(plan.gradientAddress(node.parametersAt() + first)), 0, (long) count * Float.BYTES);
            for (int n = 0; n < examples; n++) {
                int at = dy.at(n) + first * Float.BYTES;
                RowPasses.get().add(dy.buffer(), at, plan.gradientBuffer(), parameterAt(first), count);
            }
        };
    }
}
