package io.lockstep.engine.reference;

import io.lockstep.engine.operations.Elementwise.Combination.How;
import java.util.Arrays;

/** Element by element, of several inputs. */
final class ReferenceCombination {
    private ReferenceCombination() {}

    static void forward(How how, double[][] x, double[] y) {
        for (int i = 0; i < y.length; i++) {
            double[] values = at(x, i);
            y[i] = switch (how) {
                case DIFFERENCE -> values[0] - values[1];
                case PRODUCT -> Arrays.stream(values).reduce(1, (a, b) -> a * b);
                case MEAN -> Arrays.stream(values).sum() / values.length;
                case MAXIMUM -> values[first(values)];
            };
        }
    }

    static void backward(How how, double[][] x, double[] dy, double[][] dx) {
        for (int i = 0; i < dy.length; i++) {
            double[] values = at(x, i);
            for (int k = 0; k < x.length; k++) {
                dx[k][i] += dy[i] * slope(how, values, k);
            }
        }
    }

    private static double slope(How how, double[] values, int k) {
        return switch (how) {
            case DIFFERENCE -> k == 0 ? 1 : -1;
            case PRODUCT -> {
                double[] others = values.clone();
                others[k] = 1;
                yield Arrays.stream(others).reduce(1, (a, b) -> a * b);
            }
            case MEAN -> 1.0 / values.length;
            case MAXIMUM -> k == first(values) ? 1 : 0;
        };
    }

    private static double[] at(double[][] x, int i) {
        return Arrays.stream(x).mapToDouble(each -> each[i]).toArray();
    }

    /** The first of the largest. */
    private static int first(double[] values) {
        int best = 0;
        for (int k = 1; k < values.length; k++) {
            best = values[k] > values[best] ? k : best;
        }
        return best;
    }
}
