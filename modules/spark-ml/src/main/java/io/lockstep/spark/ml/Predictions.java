package io.lockstep.spark.ml;

import java.util.List;
import org.apache.spark.ml.linalg.DenseVector;

/** What the numbers that a network hands out come to in the columns that a model adds. */
final class Predictions {
    /** The least positive float, whose logarithm stands for that of 0. */
    private static final double LEAST = Float.MIN_VALUE;

    private final TrainedNetwork.Facts facts;
    private final List<String> names;

    /** @param names of the columns; an empty one is not added */
    Predictions(TrainedNetwork.Facts facts, List<String> names) {
        this.facts = facts;
        this.names = names;
    }

    /** Columns that are added. */
    int size() {
        return (int) names.stream().filter(name -> !name.isEmpty()).count();
    }

    void put(float[] outputs, int place, Object[] row, int at) {
        Object[] all = facts.classes() ? ofClasses(outputs, place) : ofNumbers(outputs, place);
        int next = at;
        for (int i = 0; i < all.length; i++) {
            if (!names.get(i).isEmpty()) {
                row[next++] = all[i];
            }
        }
    }

    private Object[] ofNumbers(float[] outputs, int place) {
        return new Object[] {facts.width() == 1 ? (Object) (double) outputs[place] : vector(outputs, place)};
    }

    private DenseVector vector(float[] outputs, int place) {
        double[] numbers = new double[facts.width()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = outputs[place * numbers.length + i];
        }
        return new DenseVector(numbers);
    }

    /** A single output is the probability of class 1. */
    private Object[] ofClasses(float[] outputs, int place) {
        double[] probabilities = facts.width() == 1
                ? new double[] {1 - outputs[place], outputs[place]}
                : vector(outputs, place).values();
        double[] raw = new double[probabilities.length];
        int best = 0;
        for (int i = 0; i < raw.length; i++) {
            raw[i] = Math.log(Math.max(LEAST, probabilities[i]));
            best = probabilities[i] > probabilities[best] ? i : best;
        }
        return new Object[] {(double) best, new DenseVector(probabilities), new DenseVector(raw)};
    }
}
