package io.lockstep.networks.differential;

import java.util.Locale;

/** How far a replica's course is from DL4J's own in double precision, allowing for what DL4J in float32 is off. */
final class Difference {
    /** Above it something is wrong. */
    static final double TOLERANCE = 3e-4;

    /** A network whose numbers in float32 are off by this much says nothing. */
    private static final double ILL_CONDITIONED = 1e-2;

    /** DL4J tells no cross-entropy of more than -log(1e-10) a label, whatever the gradient: LossMCXENT's softmaxClipEps. */
    private static final double LARGEST_LOSS = 23;

    private final Course exact;
    private final Course single;

    Difference(Course exact, Course single) {
        this.exact = exact;
        this.single = single;
    }

    /** Whether DL4J's own numbers are good for a comparison. */
    boolean isTelling() {
        for (int step = 0; step < exact.gradients().size(); step++) {
            double[] gradient = exact.gradients().get(step);
            double far = worst(gradient, single.gradients().get(step), everything(gradient.length), 0);
            if (!(far < ILL_CONDITIONED)) {
                return false;
            }
        }
        return true;
    }

    /** @return what is wrong, or null */
    String of(Course actual, boolean losses) {
        boolean[] determined = everything(exact.gradients().get(0).length);
        for (int step = 0; step < exact.gradients().size(); step++) {
            double[] expected = exact.gradients().get(step);
            double[] got = actual.gradients().get(step);
            double own = worst(expected, single.gradients().get(step), everything(expected.length), 0);
            double far = worst(expected, got, everything(expected.length), 0);
            if (!(far <= TOLERANCE + 10 * own)) {
                return String.format(
                        Locale.ROOT,
                        "the gradient of step %d is off by %.2e (DL4J in float32 by %.2e) at %s",
                        step,
                        far,
                        own,
                        place(expected, got, everything(expected.length)));
            }
            double loss = exact.losses().get(step);
            double apart = Math.abs(actual.losses().get(step) - loss) / (1 + Math.abs(loss));
            double ownApart = Math.abs(single.losses().get(step) - loss) / (1 + Math.abs(loss));
            boolean cut = loss >= LARGEST_LOSS && actual.losses().get(step) >= loss;
            if (losses && !cut && !(apart <= TOLERANCE + 10 * ownApart)) {
                return String.format(
                        Locale.ROOT,
                        "the loss of step %d is %f, DL4J's %f",
                        step,
                        actual.losses().get(step),
                        loss);
            }
            undetermined(expected, got, determined);
            undetermined(expected, single.gradients().get(step), determined);
            double[] after = exact.parameters().get(step);
            double ownAfter = worst(after, single.parameters().get(step), determined, 1);
            double farAfter = worst(after, actual.parameters().get(step), determined, 1);
            if (!(farAfter <= TOLERANCE + 10 * ownAfter)) {
                return String.format(
                        Locale.ROOT,
                        "parameters after step %d are off by %.2e (DL4J in float32 by %.2e) at %s",
                        step,
                        farAfter,
                        ownAfter,
                        place(after, actual.parameters().get(step), determined));
            }
        }
        return null;
    }

    /** An adaptive updater makes a step of the same size of whatever gradient, of rounding errors too. */
    private static void undetermined(double[] exact, double[] other, boolean[] determined) {
        for (int i = 0; i < exact.length; i++) {
            determined[i] &= Math.abs(exact[i] - other[i]) <= 1e-3 * Math.abs(exact[i]);
        }
    }

    private static boolean[] everything(int elements) {
        boolean[] all = new boolean[elements];
        java.util.Arrays.fill(all, true);
        return all;
    }

    /** The largest difference, relative to the number itself or a tenth of the largest there is, or at least to a floor. */
    private static double worst(double[] expected, double[] actual, boolean[] counted, double floor) {
        double largest = 0;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double scale = Math.max(Math.max(Math.abs(expected[i]), largest / 10), Math.max(floor, 1e-3));
            double off = Math.abs(expected[i] - actual[i]) / scale;
            if (counted[i] && !(off <= worst)) {
                worst = off; // NaN too
            }
        }
        return worst;
    }

    /** Where the largest difference is, and of which numbers. */
    private static String place(double[] expected, double[] actual, boolean[] counted) {
        int at = -1;
        for (int i = 0; i < expected.length; i++) {
            if (counted[i] && (at < 0 || !(Math.abs(expected[i] - actual[i]) <= Math.abs(expected[at] - actual[at])))) {
                at = i;
            }
        }
        return String.format(Locale.ROOT, "%d: %s instead of %s", at, actual[at], expected[at]);
    }
}
