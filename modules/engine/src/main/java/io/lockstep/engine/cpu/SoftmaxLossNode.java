package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Plan.PassResult;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.kernels.RowPasses;
import java.nio.ByteBuffer;

/** Softmax and cross-entropy of a few classes, of each step, with the gradient in the same pass. */
final class SoftmaxLossNode implements LossNode {
    private final int steps;
    private final int classes;
    private final double smoothing;
    private final double weight;
    private final CpuPlan plan;
    private final double[] lossSum;
    private final int[] correct;

    SoftmaxLossNode(CpuPlan plan, Node node) {
        this.plan = plan;
        steps = node.shape().pixels();
        classes = node.shape().channels();
        weight = ((SoftmaxCrossEntropy) node.operation()).weight();
        smoothing = ((SoftmaxCrossEntropy) node.operation()).labelSmoothing();
        lossSum = new double[plan.lanes()];
        correct = new int[plan.lanes()];
    }

    /** One label an example: of sequences each step has one. */
    boolean takesMixtures() {
        return steps == 1;
    }

    @Override
    public Step step(Tensor x, Tensor dx) {
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
        if (steps > 1 && dx != null) {
            vectorStep(lane, at, label, best, x, dx);
            return;
        }
        double spread = dx == null ? 0 : smoothing;
        double own = plan.ownShare(i);
        int other = own < 1 ? plan.otherLabel(i) : label;
        double logSum = Math.log(sum);
        double expected = own * (logit(x.buffer, at, label) - max) + (1 - own) * (logit(x.buffer, at, other) - max);
        lossSum[lane] += logSum - (1 - spread) * expected - spread * distances / classes;
        correct[lane] += best == label ? 1 : 0;
        for (int c = 0; dx != null && c < classes; c++) {
            double share = (c == label ? own : 0) + (c == other ? 1 - own : 0);
            double target = spread / classes + share * (1 - spread);
            double probability = Math.exp(logit(x.buffer, at, c) - max) / sum;
            dx.buffer.putFloat(at + c * Float.BYTES, (float) (weight * (probability - target)));
        }
    }

    /** The same with the softmax of {@link RowPasses}: of sequences there are many. */
    private void vectorStep(int lane, int at, int label, int best, Tensor x, Tensor dx) {
        int bytes = classes * Float.BYTES;
        dx.buffer.put(at, x.buffer, at, bytes);
        double logSum = RowPasses.get().softmax(dx.buffer, at, classes, classes);
        double sum = 0;
        for (int c = 0; smoothing > 0 && c < classes; c++) {
            sum += logit(x.buffer, at, c) - logSum;
        }
        double own = logit(x.buffer, at, label) - logSum;
        lossSum[lane] -= (1 - smoothing) * own + smoothing * sum / classes;
        correct[lane] += best == label ? 1 : 0;
        float spread = (float) (smoothing / classes);
        for (int c = 0; c < classes; c++) {
            float target = c == label ? (float) (1 - smoothing) + spread : spread;
            int place = at + c * Float.BYTES;
            dx.buffer.putFloat(place, (float) weight * (dx.buffer.getFloat(place) - target));
        }
    }

    private static float logit(ByteBuffer x, int at, int c) {
        return x.getFloat(at + c * Float.BYTES);
    }

    @Override
    public PassResult result(int examples) {
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
