package io.lockstep.engine.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_sgemm;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation.Dense;

/** A product with a matrix that lies (outputs, inputs) in the flat vector, used as it lies there. */
final class DenseNode {
    private static final byte PLAIN = 'N';
    private static final byte TRANSPOSED = 'T';

    private final int inputs;
    private final int outputs;
    private final boolean bias;
    private final CpuPlan plan;
    private final long weights;
    private final long weightsGradient;
    private final int biasAt;

    DenseNode(CpuPlan plan, Node node, int inputs) {
        this.plan = plan;
        this.inputs = inputs;
        Dense operation = (Dense) node.operation();
        outputs = operation.outputs();
        bias = operation.bias();
        weights = plan.weightsAddress(node);
        weightsGradient = plan.gradientAddress(node.parametersAt());
        biasAt = Math.toIntExact((node.parametersAt() + (long) inputs * outputs) * Float.BYTES);
    }

    Step forwardStep(Tensor x, Tensor y) {
        return (lane, from, to) -> {
            product(
                    lane,
                    PLAIN,
                    TRANSPOSED,
                    to - from,
                    outputs,
                    inputs,
                    x.addressOf(from),
                    inputs,
                    weights,
                    inputs,
                    y.addressOf(from),
                    outputs);
            for (int i = y.at(from); bias && i < y.at(to); i += outputs * Float.BYTES) {
                for (int o = 0; o < outputs * Float.BYTES; o += Float.BYTES) {
                    y.buffer.putFloat(
                            i + o,
                            y.buffer.getFloat(i + o) + plan.parameterBuffer().getFloat(biasAt + o));
                }
            }
        };
    }

    Step backwardDataStep(Tensor dy, Tensor dx) {
        return (lane, from, to) -> product(
                lane,
                PLAIN,
                PLAIN,
                to - from,
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
    Joint gradientJoint(Tensor x, Tensor dy) {
        return (lane, lanes, examples) -> {
            int first = Lane.shareStart(lane.index, lanes, outputs);
            int end = Lane.shareStart(lane.index + 1, lanes, outputs);
            if (first == end) {
                return;
            }
            product(
                    lane,
                    TRANSPOSED,
                    PLAIN,
                    end - first,
                    inputs,
                    examples,
                    dy.address + (long) first * Float.BYTES,
                    outputs,
                    x.address,
                    inputs,
                    weightsGradient + (long) first * inputs * Float.BYTES,
                    inputs);
            for (int o = first; bias && o < end; o++) {
                float sum = 0;
                for (int n = 0; n < examples; n++) {
                    sum += dy.buffer.getFloat((n * outputs + o) * Float.BYTES);
                }
                plan.gradientBuffer().putFloat(biasAt + o * Float.BYTES, sum);
            }
        };
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
                lane.a.to(a),
                strideA,
                lane.b.to(b),
                strideB,
                0,
                lane.c.to(c),
                strideC));
    }
}
