package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.SequenceOperation.Embedding;
import io.lockstep.kernels.RowPasses;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;

/** An embedding: rows of the table copied; backward, each lane adds to its rows of the table's gradient. */
final class EmbeddingNode extends SequenceNode {
    private final int vocabulary;
    private final int units;
    private final int rowBytes;
    private final int steps;

    EmbeddingNode(CpuPlan plan, Graph graph, Node node) {
        super(plan, graph, node);
        Embedding operation = (Embedding) node.operation();
        vocabulary = operation.vocabulary();
        units = operation.units();
        rowBytes = units * Float.BYTES;
        steps = node.shape().height();
    }

    @Override
    Tensor forward(Context context, Tensor[] inputs) {
        Tensor x = inputs[0];
        Tensor y = context.newOutput(node);
        context.program()
                .chunked(
                        "forward " + node.name(),
                        (lane, from, to) -> {
                            for (int i = from * steps; i < to * steps; i++) {
                                int row = parameterAt((long) number(x, i) * units);
                                y.buffer.put(i * rowBytes, plan.parameterBuffer(), row, rowBytes);
                            }
                        },
                        x,
                        y);
        return y;
    }

    private int number(Tensor x, int i) {
        float number = x.buffer.getFloat(i * Float.BYTES);
        if (!(number >= 0 && number < vocabulary)) {
            throw new IllegalArgumentException(
                    node.name() + ": " + number + " is no number of a vocabulary of " + vocabulary);
        }
        return (int) number;
    }

    @Override
    void backward(Context context, Tensor[] inputs, Tensor y, Tensor dy) {
        Tensor x = inputs[0];
        context.program()
                .jointLater(
                        "backward " + node.name() + " table",
                        (lane, lanes, examples) -> {
                            int first = Lane.shareStart(lane.index, lanes, vocabulary);
                            int end = Lane.shareStart(lane.index + 1, lanes, vocabulary);
                            long address = plan.gradientAddress(node.parametersAt() + (long) first * units);
                            Pointer.memset(lane.a.to(address), 0, (long) (end - first) * rowBytes);
                            ByteBuffer gradients = plan.gradientBuffer();
                            for (int i = 0; i < examples * steps; i++) {
                                int number = number(x, i);
                                if (number >= first && number < end) {
                                    int row = parameterAt((long) number * units);
                                    RowPasses.get().add(dy.buffer, i * rowBytes, gradients, row, units);
                                }
                            }
                        },
                        context.finalIn(node),
                        x,
                        dy);
    }
}
