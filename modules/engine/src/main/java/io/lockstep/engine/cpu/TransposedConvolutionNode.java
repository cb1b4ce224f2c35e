package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.kernels.RowPasses;
import org.bytedeco.javacpp.Pointer;

/**
 * A transposed convolution: of the convolution from its output to its input, backward is this one's forward, and forward
 * this one's backward. DL4J's weights lie as that convolution's.
 */
final class TransposedConvolutionNode implements AutoCloseable {
    private final CpuPlan plan;
    private final ConvolutionNode convolution;
    private final boolean bias;
    private final int pixels;
    private final int outputs;
    private final int biasAt;

    TransposedConvolutionNode(CpuPlan plan, Node node, Shape from) {
        this.plan = plan;
        convolution = ConvolutionNode.transposeOf(plan, node, from);
        bias = ((TransposedConvolution) node.operation()).bias();
        pixels = node.shape().pixels();
        outputs = node.shape().channels();
        biasAt = Math.toIntExact(node.parametersAt() * Float.BYTES);
    }

    /** The convolution, for its weights' gradient: its input is this one's output. */
    ConvolutionNode convolution() {
        return convolution;
    }

    Step forwardStep(Tensor x, Tensor y) {
        Step product = convolution.backwardDataStep(x, y);
        return new Step() {
            @Override
            public void prepare(int examples) {
                product.prepare(examples);
            }

            @Override
            public void run(Lane lane, int from, int to) {
                product.run(lane, from, to);
                for (int row = from * pixels; bias && row < to * pixels; row++) {
                    int at = row * outputs * Float.BYTES;
                    RowPasses.get().add(plan.parameterBuffer(), biasAt, y.buffer, at, outputs);
                }
            }
        };
    }

    Step backwardDataStep(Tensor dy, Tensor dx) {
        return convolution.forwardStep(dy, dx);
    }

    /** Each lane sums its channels, of all examples. */
    Joint biasGradientJoint(Tensor dy) {
        return (lane, lanes, examples) -> {
            int first = Lane.shareStart(lane.index, lanes, outputs);
            int end = Lane.shareStart(lane.index + 1, lanes, outputs);
            if (!bias || first == end) {
                return;
            }
            int at = biasAt + first * Float.BYTES;
            Pointer.memset(lane.a.to(plan.gradientAddress(at / Float.BYTES)), 0, (long) (end - first) * Float.BYTES);
            for (int row = 0; row < examples * pixels; row++) {
                RowPasses.get()
                        .add(dy.buffer, (row * outputs + first) * Float.BYTES, plan.gradientBuffer(), at, end - first);
            }
        };
    }

    @Override
    public void close() {
        convolution.close();
    }
}
