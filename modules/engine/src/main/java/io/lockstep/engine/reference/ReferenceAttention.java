package io.lockstep.engine.reference;

import io.lockstep.engine.DropoutMask;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.operations.Attention;

/** Query by query: the weights of all keys, then the mean of their values. */
final class ReferenceAttention extends ReferenceSequence {
    private final Attention operation;
    private final boolean crosses;
    private final int features;
    private final int width;
    private final int queries;
    private final int keys;
    private final int queryStride;
    private final int keyStride;
    private final int keyAt;
    private final ReferenceSite pass;
    private final int stream;

    ReferenceAttention(ReferenceSite site) {
        super(site);
        Node node = site.node();
        pass = site;
        stream = node.stream();
        operation = (Attention) node.operation();
        crosses = operation.crosses(shapes);
        features = operation.features(shapes);
        width = features / operation.heads();
        queries = shape.height();
        keys = shapes.get(crosses ? 1 : 0).height();
        queryStride = shapes.get(0).channels();
        keyStride = shapes.get(crosses ? 1 : 0).channels();
        keyAt = crosses ? 0 : features;
    }

    /** Index of feature f of query i in the first input. */
    private int query(int n, int i, int f) {
        return (n * queries + i) * queryStride + f;
    }

    private int key(int n, int j, int f) {
        return (n * keys + j) * keyStride + keyAt + f;
    }

    private int value(int n, int j, int f) {
        return key(n, j, f) + features;
    }

    private double[] weights(double[][] inputs, int n, int head, int i) {
        double[] x = inputs[0];
        double[] memory = inputs[crosses ? 1 : 0];
        double[] weights = new double[keys];
        double sum = 0;
        for (int j = 0; j < keys; j++) {
            boolean masked = operation.padding() && inputs[inputs.length - 1][n * keys + j] == 0;
            if (masked || (operation.causal() && j > i)) {
                continue;
            }
            double product = 0;
            for (int f = head * width; f < (head + 1) * width; f++) {
                product += x[query(n, i, f)] * memory[key(n, j, f)];
            }
            weights[j] = Math.exp(product / Math.sqrt(width));
            sum += weights[j];
        }
        for (int j = 0; j < keys && sum > 0; j++) {
            weights[j] /= sum;
        }
        return weights;
    }

    /** What dropout makes of the weight of a key. */
    private double kept(int n, int head, int i, int j) {
        if (!pass.training() || operation.retain() == 1) {
            return 1;
        }
        long weight = (((pass.firstExample() + n) * operation.heads() + head) * queries + i) * keys + j;
        return DropoutMask.attentionFactor(pass.seed(), stream, weight, operation.retain());
    }

    @Override
    public void forward(double[][] inputs, double[] y) {
        double[] memory = inputs[crosses ? 1 : 0];
        for (int n = 0; n < examples; n++) {
            for (int head = 0; head < operation.heads(); head++) {
                for (int i = 0; i < queries; i++) {
                    double[] weights = weights(inputs, n, head, i);
                    for (int j = 0; j < keys; j++) {
                        for (int f = head * width; f < (head + 1) * width; f++) {
                            y[(n * queries + i) * features + f] +=
                                    kept(n, head, i, j) * weights[j] * memory[value(n, j, f)];
                        }
                    }
                }
            }
        }
    }

    @Override
    public void backward(double[][] inputs, double[] y, double[] dy, double[][] inputGradients) {
        for (int n = 0; n < examples; n++) {
            for (int head = 0; head < operation.heads(); head++) {
                for (int i = 0; i < queries; i++) {
                    query(inputs, dy, inputGradients, n, head, i);
                }
            }
        }
    }

    private void query(double[][] inputs, double[] dy, double[][] inputGradients, int n, int head, int i) {
        double[] memory = inputs[crosses ? 1 : 0];
        double[] memoryGradient = inputGradients[crosses ? 1 : 0];
        double[] weights = weights(inputs, n, head, i);
        double[] dWeights = new double[keys];
        double mean = 0;
        for (int j = 0; j < keys; j++) {
            double kept = kept(n, head, i, j);
            for (int f = head * width; f < (head + 1) * width; f++) {
                double d = kept * dy[(n * queries + i) * features + f];
                dWeights[j] += d * memory[value(n, j, f)];
                memoryGradient[value(n, j, f)] += d * weights[j];
            }
            mean += weights[j] * dWeights[j];
        }
        for (int j = 0; j < keys; j++) {
            double dProduct = weights[j] * (dWeights[j] - mean) / Math.sqrt(width);
            for (int f = head * width; f < (head + 1) * width; f++) {
                inputGradients[0][query(n, i, f)] += dProduct * memory[key(n, j, f)];
                memoryGradient[key(n, j, f)] += dProduct * inputs[0][query(n, i, f)];
            }
        }
    }
}
