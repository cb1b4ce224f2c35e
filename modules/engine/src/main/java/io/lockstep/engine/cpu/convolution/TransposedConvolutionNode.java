package io.lockstep.engine.cpu.convolution;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.kernels.RowPasses;
import org.bytedeco.javacpp.Pointer;

/**
 * A transposed convolution: of the convolution from its output to its input, backward is this one's forward, and forward
 * this one's backward. DL4J's weights lie as that convolution's.
 */
final class TransposedConvolutionNode implements CpuNode {
    private final Machine plan;
    private final ConvolutionNode convolution;
    private final boolean bias;
    private final int pixels;
    private final int outputs;
    private final int biasAt;

    TransposedConvolutionNode(Site site) {
        plan = site.machine();
        Node node = site.node();
        convolution = ConvolutionNode.transposeOf(plan, node, site.from());
        bias = ((TransposedConvolution) node.operation()).bias();
        pixels = node.shape().pixels();
        outputs = node.shape().channels();
        biasAt = Math.toIntExact(node.parametersAt() * Float.BYTES);
    }

    @Override
    public void forward(Context context) {
        if (!context.training()) {
            context.program().newSegment();
        }
        Tensor y = context.newOutput();
        Tensor factor = convolution.factor(context, context.input());
        context.program().chunked("forward " + context.name(), forwardTask(factor, y), factor, y);
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Program program = context.program();
        if (program.hasDeferred()) {
            program.newSegment();
        }
        String name = "backward " + context.name();
        Tensor dyFactor = convolution.factor(context, dy);
        Tensor dx = context.gradientFor(0);
        if (dx != null) {
            program.chunked(name + " data", backwardDataTask(dyFactor, dx), dyFactor, dx);
        }
        if (context.trains()) {
            program.jointLater(name + " bias", biasGradientJoint(dy), segment -> {}, dy);
            Tensor xFactor = convolution.factor(context, context.input());
            convolution.weightsGradient(context, dyFactor, xFactor); // the convolution's input is this one's output
        }
    }

    private ExampleTask forwardTask(Tensor x, Tensor y) {
        ExampleTask product = convolution.backwardDataTask(x, y);
        return new ExampleTask() {
            @Override
            public void prepare(int examples) {
                product.prepare(examples);
            }

            @Override
            public void run(Lane lane, int from, int to) {
                product.run(lane, from, to);
                for (int row = from * pixels; bias && row < to * pixels; row++) {
                    int at = row * outputs * Float.BYTES;
                    RowPasses.get().add(plan.parameterBuffer(), biasAt, y.buffer(), at, outputs);
                }
            }
        };
    }

    private ExampleTask backwardDataTask(Tensor dy, Tensor dx) {
        return convolution.forwardTask(dy, dx);
    }

    /** Each lane sums its channels, of all examples. */
    private Joint biasGradientJoint(Tensor dy) {
        return (lane, lanes, examples) -> {
            int first = Lane.shareStart(lane.index(), lanes, outputs);
            int end = Lane.shareStart(lane.index() + 1, lanes, outputs);
            if (!bias || first == end) {
                return;
            }
            int at = biasAt + first * Float.BYTES;
            Pointer.memset(lane.at(plan.gradientAddress(at / Float.BYTES)), 0, (long) (end - first) * Float.BYTES);
            for (int row = 0; row < examples * pixels; row++) {
                RowPasses.get()
                        .add(
                                dy.buffer(),
                                (row * outputs + first) * Float.BYTES,
                                plan.gradientBuffer(),
                                at,
                                end - first);
            }
        };
    }

    @Override
    public void close() {
        convolution.close();
    }
}
