package io.lockstep.engine.cpu.loss;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.cpu.node.LossNode;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.kernels.RowPasses;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Softmax and cross-entropy of a few classes, of each time step, with the gradient in the same pass. */
final class SoftmaxLossNode extends LossNode {
    private final int steps;
    private final int classes;
    private final double smoothing;
    private final double weight;
    private final double[] lossSum;
    private final int[] counted;
    private final int[] correct;

    SoftmaxLossNode(Site site) {
        super(site);
        Machine plan = site.machine();
        Node node = site.node();
        SoftmaxCrossEntropy loss = (SoftmaxCrossEntropy) node.operation();
        steps = node.shape().pixels();
        classes = node.shape().channels();
        weight = loss.weight() * site.graph().lossWeight(node);
        smoothing = loss.labelSmoothing();
        lossSum = new double[plan.lanes()];
        counted = new int[plan.lanes()];
        correct = new int[plan.lanes()];
    }

    /** The node's inputs, by what they are; null where it has none. */
    private record Targets(Tensor labels, Tensor weights, Tensor mask, Tensor mixedShares, Tensor mixedLabels) {
        static Targets of(Tensor[] inputs) {
            Tensor[] all = Arrays.copyOf(inputs, 5);
            boolean mixed = inputs.length == 5;
            return new Targets(all[1], all[2], mixed ? null : all[3], mixed ? all[3] : null, all[4]);
        }

        int label(int place) {
            return labels.buffer().getInt(place * Float.BYTES);
        }

        double weight(int example, int place) {
            double weight = weights == null ? 1 : weights.buffer().getFloat(example * Float.BYTES);
            return mask == null ? weight : weight * mask.buffer().getFloat(place * Float.BYTES);
        }

        /** Of an example's label, that its other label leaves it. */
        double ownShare(int example) {
            return mixedShares == null ? 1 : 1 - mixedShares.buffer().getFloat(example * Float.BYTES);
        }

        int mixedLabel(int example) {
            return mixedLabels.buffer().getInt(example * Float.BYTES);
        }
    }

    @Override
    protected ExampleTask task(Tensor[] inputs, Tensor[] gradients) {
        Tensor x = inputs[0];
        Tensor dx = gradients == null ? null : gradients[0];
        Targets targets = Targets.of(inputs);
        return (lane, from, to) -> {
            if (from == lane.from()) {
                lossSum[lane.index()] = 0;
                counted[lane.index()] = 0;
                correct[lane.index()] = 0;
            }
            for (int i = from * steps; i < to * steps; i++) {
                loss(lane.index(), i, x, targets, dx);
            }
        };
    }

    private void loss(int lane, int i, Tensor x, Targets targets, Tensor dx) {
        int at = i * classes * Float.BYTES;
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (logit(x.buffer(), at, c) > logit(x.buffer(), at, best)) {
                best = c;
            }
        }
        int label = targets.label(i);
        double counts = targets.weight(i / steps, i);
        if (label == SoftmaxCrossEntropy.NO_LABEL || counts == 0) {
            for (int c = 0; dx != null && c < classes; c++) {
                dx.buffer().putFloat(at + c * Float.BYTES, 0);
            }
            return;
        }
        counted[lane]++;
        double max = logit(x.buffer(), at, best);
        double sum = 0;
        double distances = 0;
        for (int c = 0; c < classes; c++) {
            double distance = logit(x.buffer(), at, c) - max;
            sum += Math.exp(distance);
            distances += distance;
        }
        if (steps > 1 && dx != null) {
            lossOfSequence(lane, at, label, best, counts, x, dx);
            return;
        }
        double spread = dx == null ? 0 : smoothing;
        double own = targets.ownShare(i);
        int other = own < 1 ? targets.mixedLabel(i) : label;
        double logSum = Math.log(sum);
        double expected = own * (logit(x.buffer(), at, label) - max) + (1 - own) * (logit(x.buffer(), at, other) - max);
        lossSum[lane] += counts * (logSum - (1 - spread) * expected - spread * distances / classes);
        correct[lane] += best == label ? 1 : 0;
        for (int c = 0; dx != null && c < classes; c++) {
            double share = (c == label ? own : 0) + (c == other ? 1 - own : 0);
            double target = spread / classes + share * (1 - spread);
            double probability = Math.exp(logit(x.buffer(), at, c) - max) / sum;
            dx.buffer().putFloat(at + c * Float.BYTES, (float) (weight * counts * (probability - target)));
        }
    }

    /** The same with the softmax of {@link RowPasses}: of sequences there are many. */
    private void lossOfSequence(int lane, int at, int label, int best, double counts, Tensor x, Tensor dx) {
        int bytes = classes * Float.BYTES;
        dx.buffer().put(at, x.buffer(), at, bytes);
        double logSum = RowPasses.get().softmax(dx.buffer(), at, classes, classes);
        double sum = 0;
        for (int c = 0; smoothing > 0 && c < classes; c++) {
            sum += logit(x.buffer(), at, c) - logSum;
        }
        double own = logit(x.buffer(), at, label) - logSum;
        lossSum[lane] -= counts * ((1 - smoothing) * own + smoothing * sum / classes);
        correct[lane] += best == label ? 1 : 0;
        float spread = (float) (smoothing / classes);
        float scale = (float) (weight * counts);
        for (int c = 0; c < classes; c++) {
            float target = c == label ? (float) (1 - smoothing) + spread : spread;
            int place = at + c * Float.BYTES;
            dx.buffer().putFloat(place, scale * (dx.buffer().getFloat(place) - target));
        }
    }

    private static float logit(ByteBuffer x, int at, int c) {
        return x.getFloat(at + c * Float.BYTES);
    }

    @Override
    public void collect(int examples, double[] sums) {
        Arrays.fill(sums, 0);
        int lanes = lossSum.length;
        for (int lane = 0; lane < lanes; lane++) {
            if (Lane.shareStart(lane, lanes, examples) < Lane.shareStart(lane + 1, lanes, examples)) {
                sums[0] += lossSum[lane];
                sums[1] += counted[lane];
                sums[2] += correct[lane];
            }
        }
    }
}
