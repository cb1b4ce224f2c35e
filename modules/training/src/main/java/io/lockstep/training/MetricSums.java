package io.lockstep.training;

import java.nio.FloatBuffer;
import java.util.function.DoubleUnaryOperator;

/** What metrics add up, and what comes of it. Null: the answers do not have what is wanted. */
final class MetricSums {
    /** Of probabilities from 0 to 1. */
    private static final int BINS = 1024;

    /** So small a share of the squares' sum is what rounding leaves of deviations that are none. */
    private static final double ROUNDING = 1e-13;

    private MetricSums() {}

    static double mean(double[] sums) {
        return sums[0] / sums[1];
    }

    /** Loss, rows. */
    static double[] loss(Answers answers) {
        return new double[] {answers.result().lossSum(), answers.result().labels()};
    }

    /** Right ones, rows. */
    static double[] right(Answers answers) {
        double[] measures = answers.result().measures();
        return measures.length < 2 ? null : new double[] {measures[0], measures[1]};
    }

    /** Rows whose class was among the first by score, rows. */
    static double[] amongFirst(int places, Answers answers) {
        if (!answers.areClasses()
                || answers.outputs() == null
                || answers.width() <= 2 * places) { // of ten classes five are half of all
            return null;
        }
        double[] sums = new double[2];
        for (int row = 0; row < answers.rows(); row++) {
            if (answers.counts(row)) {
                sums[0] += place(answers, row, answers.targets().ints().get(row)) < places ? 1 : 0;
                sums[1]++;
            }
        }
        return sums;
    }

    /** Classes that come before one; of equals the earlier. */
    private static int place(Answers answers, int row, int label) {
        FloatBuffer scores = answers.outputs();
        int at = row * answers.width();
        float own = scores.get(at + label);
        int before = 0;
        for (int c = 0; c < answers.width(); c++) {
            float other = scores.get(at + c);
            before += other > own || (other == own && c < label) ? 1 : 0;
        }
        return before;
    }

    /** A function of each error, numbers. */
    static double[] errors(Answers answers, DoubleUnaryOperator of) {
        if (!answers.areNumbers()) {
            return null;
        }
        double[] sums = new double[2];
        eachNumber(answers, (output, target, said) -> {
            sums[0] += of.applyAsDouble(said - target);
            sums[1]++;
        });
        return sums;
    }

    /** Of each output: count, targets, squares of targets, squares of errors. */
    static double[] deviations(Answers answers) {
        if (!answers.areNumbers()) {
            return null;
        }
        double[] sums = new double[4 * answers.width()];
        eachNumber(answers, (output, target, said) -> {
            sums[4 * output]++;
            sums[4 * output + 1] += target;
            sums[4 * output + 2] += target * target;
            sums[4 * output + 3] += (said - target) * (said - target);
        });
        return sums;
    }

    /** Of outputs whose targets are not all the same; NaN where there is none. */
    static double determination(double[] sums) {
        double sum = 0;
        int outputs = 0;
        for (int at = 0; at < sums.length; at += 4) {
            double deviations = sums[at + 2] - sums[at + 1] * sums[at + 1] / sums[at];
            if (deviations > ROUNDING * sums[at + 2]) {
                sum += 1 - sums[at + 3] / deviations;
                outputs++;
            }
        }
        return sum / outputs;
    }

    /** Labels that hold and were said to; were said to and do not; hold and were not said to; neither. */
    static double[] decisions(Answers answers) {
        if (!answers.areNumbers()) {
            return null;
        }
        double[] sums = new double[4];
        eachNumber(answers, (output, target, said) -> {
            requireLabel(output, target);
            boolean holds = target >= 0.5;
            sums[said >= 0.5 ? (holds ? 0 : 1) : (holds ? 2 : 3)]++;
        });
        return sums;
    }

    private static void requireLabel(int output, double target) {
        if (!(target >= 0 && target <= 1)) {
            throw new IllegalArgumentException("label " + target + " of output number " + output
                    + ": labels that may hold together are 1, 0, or a probability in between");
        }
    }

    /** Labels by probability: those that hold, then those that do not. */
    static double[] histograms(Answers answers) {
        if (!answers.areNumbers()) {
            return null;
        }
        double[] sums = new double[2 * BINS];
        eachNumber(answers, (output, target, said) -> {
            int bin = (int) Math.max(0, Math.min(BINS - 1, said * BINS));
            sums[target >= 0.5 ? bin : BINS + bin]++;
        });
        return sums;
    }

    static double areaUnderCurve(double[] histograms) {
        double held = 0;
        double below = 0; // labels that do not hold, of lower probability
        double pairs = 0;
        for (int bin = 0; bin < BINS; bin++) {
            pairs += histograms[bin] * (below + histograms[BINS + bin] / 2);
            below += histograms[BINS + bin];
            held += histograms[bin];
        }
        return pairs / (held * below);
    }

    /** Of each class: rows that are it and were told it, then rows that are it or were told it. */
    static double[] overlaps(Answers answers) {
        if (!answers.areClasses() || answers.classes() == null) {
            return null;
        }
        double[] sums = new double[2 * answers.width()];
        for (int row = 0; row < answers.rows(); row++) {
            if (!answers.counts(row)) {
                continue;
            }
            int is = answers.targets().ints().get(row);
            int told = answers.classes()[row];
            sums[2 * is + 1]++;
            if (is == told) {
                sums[2 * is]++;
            } else {
                sums[2 * told + 1]++;
            }
        }
        return sums;
    }

    /** Of the classes that there are, or that were told. */
    static double intersectionOverUnion(double[] sums) {
        double sum = 0;
        int classes = 0;
        for (int at = 0; at < sums.length; at += 2) {
            if (sums[at + 1] > 0) {
                sum += sums[at] / sums[at + 1];
                classes++;
            }
        }
        return sum / classes;
    }

    @FunctionalInterface
    private interface NumberListener {
        void on(int output, double target, double said);
    }

    private static void eachNumber(Answers answers, NumberListener listener) {
        FloatBuffer targets = answers.targets().floats();
        int width = answers.width();
        for (int row = 0; row < answers.rows(); row++) {
            for (int output = 0; answers.counts(row) && output < width; output++) {
                int at = row * width + output;
                listener.on(output, targets.get(at), answers.outputs().get(at));
            }
        }
    }
}
