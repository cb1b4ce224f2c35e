package io.lockstep.engine.cpu.sequence;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.SequenceNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Sequences.Embedding;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;

/** An embedding: columns of the table copied; backward, each lane adds to its rows of the table's gradient. */
final class EmbeddingNode extends SequenceNode {
    private final int vocabulary;
    private final int units;
    private final int rowBytes;
    private final int steps;

    EmbeddingNode(Site site) {
        super(site);
        Embedding operation = (Embedding) node.operation();
        vocabulary = operation.vocabulary();
        units = operation.units();
        rowBytes = vocabulary * Float.BYTES;
        steps = node.shape().height();
    }

    @Override
    public void forward(Context context) {
        Tensor x = context.input();
        Tensor y = context.newOutput();
        context.program()
                .chunked(
                        "forward " + node.name(),
                        (lane, from, to) -> {
                            for (int i = from * steps; i < to * steps; i++) {
                                copy(number(x, i), y.buffer(), i * units * Float.BYTES);
                            }
                        },
                        x,
                        y);
    }

    private void copy(int number, ByteBuffer y, int at) {
        ByteBuffer parameters = plan.parameterBuffer();
        int column = parameterAt(number);
        for (int u = 0; u < units; u++) {
            y.putFloat(at + u * Float.BYTES, parameters.getFloat(column + u * rowBytes));
        }
    }

    private int number(Tensor x, int i) {
        float number = x.buffer().getFloat(i * Float.BYTES);
        if (!(number >= 0 && number < vocabulary) || number != (int) number) {
            throw new IllegalArgumentException(
                    node.name() + ": " + number + " is no number of a vocabulary of " + vocabulary);
        }
        return (int) number;
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor x = context.input();
        context.parameterGradients(
                "backward " + node.name() + " table",
                (lane, lanes, examples) -> {
                    int first = Lane.shareStart(lane.index(), lanes, units);
                    int end = Lane.shareStart(lane.index() + 1, lanes, units);
                    long address = plan.gradientAddress(node.parametersAt() + (long) first * vocabulary);
                    Pointer.memset(lane.at(address), 0, (long) (end - first) * rowBytes);
                    for (int i = 0; i < examples * steps; i++) {
                        add(dy.buffer(), i * units * Float.BYTES, number(x, i), first, end);
                    }
                },
                x,
                dy);
    }

    private void add(ByteBuffer dy, int at, int number, int first, int end) {
        ByteBuffer gradients = plan.gradientBuffer();
        int column = parameterAt(number);
        for (int u = first; u < end; u++) {
            int place = column + u * rowBytes;
            gradients.putFloat(place, gradients.getFloat(place) + dy.getFloat(at + u * Float.BYTES));
        }
    }
}
