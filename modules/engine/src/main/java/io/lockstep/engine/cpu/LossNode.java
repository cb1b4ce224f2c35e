package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation.SoftmaxCrossEntropy;
import io.lockstep.engine.Plan.PassResult;
import java.nio.ByteBuffer;

/** Softmax and cross-entropy of a few classes, of each step, with the gradient in the same pass. */
final class LossNode {
    private final int steps;
    private final int classes;
    private final double smoothing;
    private final double weight;
    private final CpuPlan plan;
    private final double[] lossSum;
    private final int[] correct;

    LossNode(CpuPlan plan, Node node) {
        this.plan = plan;
        steps = node.shape().pixels();
        classes = node.shape().channels();
        weight = ((SoftmaxCrossEntropy) node.operation()).weight();
        smoothing = ((SoftmaxCrossEntropy) node.operation()).labelSmoothing();
        lossSum = new double[plan.lanes()];
        correct = new int[plan.lanes()];
    }

    /** @param dx receives the gradient; null in evaluation */
    Step step(Tensor x, Tensor dx) {
        return (lane, from, to) -> {
            if (from == lane.from) {
                lossSum[lane.index] = 0;
                correct[lane.index] = 0;
            }
            for (int i = from * steps; i < to * steps; i++) {
                step(lane.index, i, x, dx);
            }
        };
    }

    private void step(int lane, int i, Tensor x, Tensor dx) {
        int at = i * classes * Float.BYTES;
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (logit(x.buffer, at, c) > logit(x.buffer, at, best)) {
                best = c;
            }
        }
        plan.predicted(i, best);
        int label = plan.label(i);
        if (label == SoftmaxCrossEntropy.NO_LABEL) {
            for (int c = 0; dx != null && c < classes; c++) {
                dx.buffer.putFloat(at + c * Float.BYTES, 0);
            }
            return;
        }
        double max = logit(x.buffer, at, best);
        double sum = 0;
        double distances = 0;
        for (int c = 0; c < classes; c++) {
            double distance = logit(x.buffer, at, c) - max;
            sum += Math.exp(distance);
            distances += distance;
        }
        double spread = dx == null ? 0 : smoothing;
        double logSum = Math.log(sum);
        lossSum[lane] += logSum - (1 - spread) * (logit(x.buffer, at, label) - max) - spread * distances / classes;
        correct[lane] += best == label ? 1 : 0;
        for (int c = 0; dx != null && c < classes; c++) {
            double target = spread / classes + (c == label ? 1 - spread : 0);
            double probability = Math.exp(logit(x.buffer, at, c) - max) / sum;
            dx.buffer.putFloat(at + c * Float.BYTES, (float) (weight * (probability - target)));
        }
    }

    private static float logit(ByteBuffer x, int at, int c) {
        return x.getFloat(at + c * Float.BYTES);
    }

    /** After a pass. */
    PassResult result(int examples) {
        double loss = 0;
        int right = 0;
        int lanes = lossSum.length;
        for (int lane = 0; lane < lanes; lane++) {
            if (Lane.shareStart(lane, lanes, examples) < Lane.shareStart(lane + 1, lanes, examples)) {
                loss += lossSum[lane];
                right += correct[lane];
            }
        }
        return new PassResult(loss, right);
    }
}
