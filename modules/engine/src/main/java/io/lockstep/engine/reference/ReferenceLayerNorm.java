package io.lockstep.engine.reference;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.operations.Norm.LayerNorm;

/** Ba et al. 2016, equation 3, over the features of each time step. */
final class ReferenceLayerNorm extends ReferenceSequence {
    private final LayerNorm operation;
    private final int features;

    ReferenceLayerNorm(ReferenceSite site) {
        super(site);
        Node node = site.node();
        operation = (LayerNorm) node.operation();
        features = shape.channels();
    }

    @Override
    public void forward(double[][] inputs, double[] y) {
        for (int at = 0; at < y.length; at += features) {
            double[] normalized = normalized(inputs[0], at);
            for (int f = 0; f < features; f++) {
                y[at + f] = normalized[f] * parameters[parametersAt + f]
                        + (operation.bias() ? parameters[parametersAt + features + f] : 0);
            }
        }
    }

    @Override
    public void backward(double[][] inputs, double[] y, double[] dy, double[][] inputGradients) {
        for (int at = 0; at < dy.length; at += features) {
            double[] normalized = normalized(inputs[0], at);
            double sum = 0;
            double products = 0;
            for (int f = 0; f < features; f++) {
                double d = dy[at + f] * parameters[parametersAt + f];
                sum += d;
                products += d * normalized[f];
                gradients[parametersAt + f] += dy[at + f] * normalized[f];
                if (operation.bias()) {
                    gradients[parametersAt + features + f] += dy[at + f];
                }
            }
            double deviation = deviation(inputs[0], at);
            for (int f = 0; f < features; f++) {
                double d = dy[at + f] * parameters[parametersAt + f];
                inputGradients[0][at + f] += (d - sum / features - normalized[f] * products / features) / deviation;
            }
        }
    }

    private double[] normalized(double[] x, int at) {
        double mean = mean(x, at);
        double deviation = deviation(x, at);
        double[] normalized = new double[features];
        for (int f = 0; f < features; f++) {
            normalized[f] = (x[at + f] - mean) / deviation;
        }
        return normalized;
    }

    private double mean(double[] x, int at) {
        double sum = 0;
        for (int f = 0; f < features; f++) {
            sum += x[at + f];
        }
        return sum / features;
    }

    private double deviation(double[] x, int at) {
        double mean = mean(x, at);
        double squares = 0;
        for (int f = 0; f < features; f++) {
            squares += (x[at + f] - mean) * (x[at + f] - mean);
        }
        return Math.sqrt(squares / features + operation.epsilon());
    }
}
