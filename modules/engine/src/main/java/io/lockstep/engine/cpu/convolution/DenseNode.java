package io.lockstep.engine.cpu.convolution;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.kernels.RowPasses;
import org.bytedeco.javacpp.Pointer;

/** A product of each time step with a matrix that lies (outputs, inputs) in the flat vector, used as it lies there. */
final class DenseNode implements CpuNode {
    private final int steps;
    private final int inputs;
    private final int outputs;
    private final boolean bias;
    private final Machine plan;
    private final long weights;
    private final long weightsGradient;
    private final int biasAt;

    /** Of a sequence, a convolution of one pixel, which packs its weights; of vectors, a product with them as they lie. */
    static CpuNode fastest(Site site) {
        return site.node().shape().pixels() > 1
                ? ConvolutionNode.ofSteps(site.machine(), site.node(), site.from())
                : new DenseNode(site);
    }

    private DenseNode(Site site) {
        plan = site.machine();
        Node node = site.node();
        inputs = site.from().channels();
        steps = node.shape().pixels();
        Dense operation = (Dense) node.operation();
        outputs = operation.outputs();
        bias = operation.bias();
        weights = plan.weightsAddress(node);
        weightsGradient = plan.gradientAddress(node.parametersAt());
        biasAt = Math.toIntExact((node.parametersAt() + (long) inputs * outputs) * Float.BYTES);
    }

    @Override
    public void forward(Context context) {
        Tensor x = context.input();
        Tensor y = context.newOutput();
        context.program().whole("forward " + context.name(), forwardTask(x, y), x, y);
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor x = context.input();
        String name = "backward " + context.name();
        Tensor dx = context.gradientFor(0);
        if (dx != null) {
            context.program().whole(name + " data", backwardDataTask(dy, dx), dy, dx);
        }
        if (context.trains()) {
            context.parameterGradients(name + " weights", gradientJoint(x, dy), x, dy);
        }
    }

    private ExampleTask forwardTask(Tensor x, Tensor y) {
        return (lane, from, to) -> {
            lane.gemm()
                    .product((to - from) * steps, outputs, inputs)
                    .left(x.addressOf(from), inputs)
                    .rightTransposed(weights, inputs)
                    .into(y.addressOf(from), outputs);
            for (int row = from * steps; bias && row < to * steps; row++) {
                int at = row * outputs * Float.BYTES;
                RowPasses.get().add(plan.parameterBuffer(), biasAt, y.buffer(), at, outputs);
            }
        };
    }

    private ExampleTask backwardDataTask(Tensor dy, Tensor dx) {
        return (lane, from, to) -> lane.gemm()
                .product((to - from) * steps, inputs, outputs)
                .left(dy.addressOf(from), outputs)
                .right(weights, inputs)
                .into(dx.addressOf(from), inputs);
    }

    /** Each lane computes its rows of the gradient, for all examples. */
    private Joint gradientJoint(Tensor x, Tensor dy) {
        return (lane, lanes, examples) -> {
            int first = Lane.shareStart(lane.index(), lanes, outputs);
            int end = Lane.shareStart(lane.index() + 1, lanes, outputs);
            if (first == end) {
                return;
            }
            lane.gemm()
                    .product(end - first, inputs, examples * steps)
                    .leftTransposed(dy.address() + (long) first * Float.BYTES, outputs)
                    .right(x.address(), inputs)
                    .into(weightsGradient + (long) first * inputs * Float.BYTES, inputs);
            if (bias) {
                biasGradient(lane, dy, examples * steps, first, end);
            }
        };
    }

    private void biasGradient(Lane lane, Tensor dy, int rows, int first, int end) {
        int at = biasAt + first * Float.BYTES;
        Pointer.memset(lane.at(plan.gradientAddress(at / Float.BYTES)), 0, (long) (end - first) * Float.BYTES);
        for (int row = 0; row < rows; row++) {
            RowPasses.get()
                    .add(dy.buffer(), (row * outputs + first) * Float.BYTES, plan.gradientBuffer(), at, end - first);
        }
    }
}
