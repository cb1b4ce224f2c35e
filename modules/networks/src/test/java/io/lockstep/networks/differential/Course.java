package io.lockstep.networks.differential;

import java.util.Arrays;
import java.util.List;

/**
 * What some steps of training gave.
 *
 * @param gradients of each step, sums over the batch
 * @param losses of each step, sums over the labels
 * @param parameters after each step
 */
record Course(List<double[]> gradients, List<Double> losses, List<double[]> parameters) {
    boolean isFinite() {
        return gradients.stream().flatMapToDouble(Arrays::stream).allMatch(Double::isFinite)
                && losses.stream().allMatch(Double::isFinite)
                && parameters.stream().flatMapToDouble(Arrays::stream).allMatch(Double::isFinite);
    }
}
