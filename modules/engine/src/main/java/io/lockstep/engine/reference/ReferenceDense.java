package io.lockstep.engine.reference;

import io.lockstep.engine.operations.Products.Dense;

/** y = x W + b of each time step. */
final class ReferenceDense implements ReferenceNode {
    private final Dense operation;
    private final int inputs;
    private final int at;
    private final double[] parameters;
    private final double[] gradients;

    ReferenceDense(ReferenceSite site) {
        operation = (Dense) site.node().operation();
        inputs = site.from().channels();
        at = site.parametersAt();
        parameters = site.parameters();
        gradients = site.gradients();
    }

    @Override
    public void forward(double[][] all, double[] y) {
        double[] x = all[0];
        for (int n = 0; n < x.length / inputs; n++) {
            for (int o = 0; o < operation.outputs(); o++) {
                double sum = operation.bias() ? parameters[at + inputs * operation.outputs() + o] : 0;
                for (int i = 0; i < inputs; i++) {
                    sum += x[n * inputs + i] * parameters[at + o * inputs + i];
                }
                y[n * operation.outputs() + o] = sum;
            }
        }
    }

    @Override
    public void backward(double[][] all, double[] y, double[] dy, double[][] inputGradients) {
        double[] x = all[0];
        for (int n = 0; n < x.length / inputs; n++) {
            for (int o = 0; o < operation.outputs(); o++) {
                double gradient = dy[n * operation.outputs() + o];
                if (operation.bias()) {
                    gradients[at + inputs * operation.outputs() + o] += gradient;
                }
                for (int i = 0; i < inputs; i++) {
                    gradients[at + o * inputs + i] += gradient * x[n * inputs + i];
                    inputGradients[0][n * inputs + i] += gradient * parameters[at + o * inputs + i];
                }
            }
        }
    }
}
