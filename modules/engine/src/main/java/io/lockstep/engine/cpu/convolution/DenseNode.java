package io.lockstep.engine.cpu.convolution;

import static org.bytedeco.dnnl.global.dnnl.dnnl_sgemm;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.OneDnn;
import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Step;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.kernels.RowPasses;
import org.bytedeco.javacpp.Pointer;

/** A product of each step with a matrix that lies (outputs, inputs) in the flat vector, used as it lies there. */
final class DenseNode implements CpuNode {
    private static final byte PLAIN = 'N';
    private static final byte TRANSPOSED = 'T';

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
        context.program().whole("forward " + context.name(), forwardStep(x, y), x, y);
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor x = context.input();
        String name = "backward " + context.name();
        Tensor dx = context.gradientFor(0);
        if (dx != null) {
            context.program().whole(name + " data", backwardDataStep(dy, dx), dy, dx);
        }
        if (context.trains()) {
            context.parameterGradients(name + " weights", gradientJoint(x, dy), x, dy);
        }
    }

    private Step forwardStep(Tensor x, Tensor y) {
        return (lane, from, to) -> {
            product(
                    lane,
                    PLAIN,
                    TRANSPOSED,
                    (to - from) * steps,
                    outputs,
                    inputs,
                    x.addressOf(from),
                    inputs,
                    weights,
                    inputs,
                    y.addressOf(from),
                    outputs);
            for (int row = from * steps; bias && row < to * steps; row++) {
                int at = row * outputs * Float.BYTES;
                RowPasses.get().add(plan.parameterBuffer(), biasAt, y.buffer(), at, outputs);
            }
        };
    }

    private Step backwardDataStep(Tensor dy, Tensor dx) {
        return (lane, from, to) -> product(
                lane,
                PLAIN,
                PLAIN,
                (to - from) * steps,
                inputs,
                outputs,
                dy.addressOf(from),
                outputs,
                weights,
                inputs,
                dx.addressOf(from),
                inputs);
    }

    /** Each lane computes its rows of the gradient, for all examples. */
    private Joint gradientJoint(Tensor x, Tensor dy) {
        return (lane, lanes, examples) -> {
            int first = Lane.shareStart(lane.index(), lanes, outputs);
            int end = Lane.shareStart(lane.index() + 1, lanes, outputs);
            if (first == end) {
                return;
            }
            product(
                    lane,
                    TRANSPOSED,
                    PLAIN,
                    end - first,
                    inputs,
                    examples * steps,
                    dy.address() + (long) first * Float.BYTES,
                    outputs,
                    x.address(),
                    inputs,
                    weightsGradient + (long) first * inputs * Float.BYTES,
                    inputs);
            if (bias) {
                biasGradient(lane, dy, examples * steps, first, end);
            }
        };
    }

    private void biasGradient(Lane lane, Tensor dy, int rows, int first, int end) {
        int at = biasAt + first * Float.BYTES;
        Pointer.memset(lane.a().to(plan.gradientAddress(at / Float.BYTES)), 0, (long) (end - first) * Float.BYTES);
        for (int row = 0; row < rows; row++) {
            RowPasses.get()
                    .add(dy.buffer(), (row * outputs + first) * Float.BYTES, plan.gradientBuffer(), at, end - first);
        }
    }

    /** C = A B, row by row; m x n from m x k and k x n. */
    private static void product(
            Lane lane,
            byte transposeA,
            byte transposeB,
            int m,
            int n,
            int k,
            long a,
            int strideA,
            long b,
            int strideB,
            long c,
            int strideC) {
        OneDnn.check(dnnl_sgemm(
                transposeA,
                transposeB,
                m,
                n,
                k,
                1,
                lane.a().to(a),
                strideA,
                lane.b().to(b),
                strideB,
                0,
                lane.c().to(c),
                strideC));
    }
}
