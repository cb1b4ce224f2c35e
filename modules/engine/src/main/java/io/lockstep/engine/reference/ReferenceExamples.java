package io.lockstep.engine.reference;

import io.lockstep.engine.ExampleOperation;
import io.lockstep.engine.ExampleOperation.Arithmetic;
import io.lockstep.engine.Shape;
import java.util.Arrays;
import java.util.List;

/** Any {@link ExampleOperation}, by its own arithmetic. */
final class ReferenceExamples {
    private final Arithmetic arithmetic;
    private final List<Shape> inputs;
    private final Shape output;
    private final int examples;

    ReferenceExamples(ExampleOperation operation, List<Shape> inputs, Shape output, int examples) {
        arithmetic = operation.arithmetic(inputs);
        this.inputs = inputs;
        this.output = output;
        this.examples = examples;
    }

    void forward(double[][] x, double[] y) {
        for (int n = 0; n < examples; n++) {
            double[] own = new double[output.elements()];
            arithmetic.forward(example(x, n), own);
            System.arraycopy(own, 0, y, n * own.length, own.length);
        }
    }

    /** @param dx are added to */
    void backward(double[][] x, double[] y, double[] dy, double[][] dx) {
        for (int n = 0; n < examples; n++) {
            double[][] own =
                    inputs.stream().map(shape -> new double[shape.elements()]).toArray(double[][]::new);
            arithmetic.backward(example(x, n), part(y, n, output), part(dy, n, output), own);
            for (int k = 0; k < own.length; k++) {
                for (int i = 0; i < own[k].length; i++) {
                    dx[k][n * own[k].length + i] += own[k][i];
                }
            }
        }
    }

    private double[][] example(double[][] x, int n) {
        double[][] own = new double[x.length][];
        Arrays.setAll(own, k -> part(x[k], n, inputs.get(k)));
        return own;
    }

    private static double[] part(double[] all, int n, Shape shape) {
        return Arrays.copyOfRange(all, n * shape.elements(), (n + 1) * shape.elements());
    }
}
