package io.lockstep.engine.operations;

import io.lockstep.engine.Shape;
import java.util.Arrays;
import java.util.List;

/** What the elements of a row count, where a loss says. */
final class ClassWeights {
    private ClassWeights() {}

    static void require(List<Double> weights, Shape row) {
        if (!weights.isEmpty() && weights.size() != row.channels()) {
            throw new IllegalArgumentException(
                    weights.size() + " weights, where a row has " + row.channels() + " numbers");
        }
    }

    /** 1 each where there are none. */
    static double[] of(List<Double> weights, int count) {
        double[] values = new double[count];
        Arrays.setAll(values, i -> weights.isEmpty() ? 1 : weights.get(i));
        return values;
    }
}
