package io.lockstep.engine.cpu.resampling;

import io.lockstep.engine.Shape;
import io.lockstep.engine.cpu.node.PlainNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Resampling.Upsampling;

/** Rows of channels copied, and the gradients of the copies added up. */
final class UpsamplingNode implements PlainNode {
    private final Upsampling operation;
    private final Shape from;
    private final int rowBytes;

    UpsamplingNode(Site site) {
        operation = (Upsampling) site.node().operation();
        from = site.from();
        rowBytes = from.channels() * Float.BYTES;
    }

    /** What is done with a pixel and one of its copies. */
    private interface Pair {
        /** @param small, large bytes into an example */
        void visit(int small, int large);
    }

    private void visit(int example, Tensor small, Tensor large, Pair pair) {
        int wide = from.width() * operation.width();
        for (int h = 0; h < from.height() * operation.height(); h++) {
            for (int w = 0; w < wide; w++) {
                int pixel = h / operation.height() * from.width() + w / operation.width();
                pair.visit(small.at(example) + pixel * rowBytes, large.at(example) + (h * wide + w) * rowBytes);
            }
        }
    }

    @Override
    public ExampleTask forwardTask(Tensor[] x, Tensor y) {
        return (lane, first, end) -> {
            for (int n = first; n < end; n++) {
                visit(n, x[0], y, (small, large) -> y.buffer().put(large, x[0].buffer(), small, rowBytes));
            }
        };
    }

    @Override
    public ExampleTask backwardTask(int input, Tensor[] x, Tensor y, Tensor dy, Tensor dx) {
        return (lane, first, end) -> {
            for (int at = dx.at(first); at < dx.at(end); at += Float.BYTES) {
                dx.buffer().putFloat(at, 0);
            }
            for (int n = first; n < end; n++) {
                visit(n, dx, dy, (small, large) -> {
                    for (int c = 0; c < rowBytes; c += Float.BYTES) {
                        float sum =
                                dx.buffer().getFloat(small + c) + dy.buffer().getFloat(large + c);
                        dx.buffer().putFloat(small + c, sum);
                    }
                });
            }
        };
    }
}
