package io.lockstep.engine.reference;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Loss;
import io.lockstep.engine.RowLoss;
import io.lockstep.engine.RowLoss.Row;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import java.util.List;

/** A loss of one pass. */
final class ReferenceLoss {
    private final Graph graph;
    private final Node node;
    private final boolean training;
    /** Of the node's inputs, (examples, rows, channels). */
    private final double[][] inputs;
    /** Receive what is added to the gradients of the predictions. */
    private final double[][] gradients;

    private final double[] sums;

    private ReferenceLoss(Graph graph, Node node, boolean training, double[][] inputs, double[][] gradients) {
        this.graph = graph;
        this.node = node;
        this.training = training;
        this.inputs = inputs;
        this.gradients = gradients;
        sums = new double[((Loss) node.operation()).sums().size()];
    }

    /** @return what the loss tells */
    static double[] run(Graph graph, Node node, boolean training, double[][] inputs, double[][] gradients) {
        ReferenceLoss loss = new ReferenceLoss(graph, node, training, inputs, gradients);
        if (node.operation() instanceof SoftmaxCrossEntropy softmax) {
            loss.softmax(softmax);
        } else if (node.operation() instanceof RowLoss rows) {
            loss.rows(rows);
        } else {
            throw new UnsupportedOperationException(node.name() + ": the reference has no " + node.operation());
        }
        return loss.sums;
    }

    /** What a loss's own weight makes of the sum of it. */
    static double weightOf(Graph graph, Node node) {
        double own = node.operation() instanceof SoftmaxCrossEntropy softmax ? softmax.weight() : 1;
        return own * graph.lossWeight(node);
    }

    private void rows(RowLoss loss) {
        int read = loss.predictions() + loss.targets();
        List<Shape> shapes = graph.inputShapesOf(node);
        Row row = loss.row(shapes.subList(0, read), training);
        int rows = node.shape().pixels();
        int count = inputs[0].length / node.shape().channels();
        for (int i = 0; i < count; i++) {
            double weight = 1;
            for (int k = read; k < inputs.length; k++) {
                weight *= inputs[k][shapes.get(k).pixels() == 1 ? i / rows : i];
            }
            if (weight != 0) {
                row(loss, row, shapes, i, weight);
            }
        }
    }

    private void row(RowLoss loss, Row row, List<Shape> shapes, int i, double weight) {
        double[][] x = new double[loss.predictions() + loss.targets()][];
        double[][] slopes = new double[loss.predictions()][];
        for (int k = 0; k < x.length; k++) {
            int channels = shapes.get(k).channels();
            x[k] = new double[channels];
            System.arraycopy(inputs[k], i * channels, x[k], 0, channels);
        }
        for (int k = 0; k < slopes.length; k++) {
            slopes[k] = new double[x[k].length];
        }
        double[] told = new double[sums.length];
        row.run(x, slopes, told);
        sums[0] += weight * told[0];
        for (int k = 1; k < told.length; k++) {
            sums[k] += told[k];
        }
        for (int k = 0; k < slopes.length; k++) {
            for (int c = 0; c < slopes[k].length; c++) {
                gradients[k][i * slopes[k].length + c] += weightOf(graph, node) * weight * slopes[k][c];
            }
        }
    }

    private void softmax(SoftmaxCrossEntropy loss) {
        int classes = node.shape().channels();
        int rows = node.shape().pixels();
        double smoothing = training ? loss.labelSmoothing() : 0;
        for (int i = 0; i < inputs[0].length / classes; i++) {
            int label = (int) inputs[1][i];
            double weight = inputs.length > 2 ? inputs[2][i / rows] : 1;
            weight *= inputs.length == 4 ? inputs[3][i] : 1;
            if (label == Loss.NO_LABEL || weight == 0) {
                continue;
            }
            double logSum = logSum(inputs[0], i * classes, classes);
            int best = 0;
            for (int c = 0; c < classes; c++) {
                best = inputs[0][i * classes + c] > inputs[0][i * classes + best] ? c : best;
                double share = inputs.length > 4 ? inputs[3][i] : 0;
                double own = (c == label ? 1 - share : 0) + (share > 0 && c == (int) inputs[4][i] ? share : 0);
                double target = own * (1 - smoothing) + smoothing / classes;
                double logarithm = inputs[0][i * classes + c] - logSum;
                sums[0] -= weight * target * logarithm;
                gradients[0][i * classes + c] += weightOf(graph, node) * weight * (Math.exp(logarithm) - target);
            }
            sums[1]++;
            sums[2] += best == label ? 1 : 0;
        }
    }

    /** Of the exponentials of a row. */
    private static double logSum(double[] x, int from, int classes) {
        double max = Double.NEGATIVE_INFINITY;
        for (int c = from; c < from + classes; c++) {
            max = Math.max(max, x[c]);
        }
        double sum = 0;
        for (int c = from; c < from + classes; c++) {
            sum += Math.exp(x[c] - max);
        }
        return max + Math.log(sum);
    }
}
