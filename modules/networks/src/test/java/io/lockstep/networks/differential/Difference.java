package io.lockstep.networks.differential;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** How far a replica's course is from DL4J's own in double precision, allowing for what rounding makes of that. */
final class Difference {
    /** Above it something is wrong. */
    static final double TOLERANCE = 3e-4;

    /** A network whose numbers in float32 are off by this much says nothing. */
    private static final double ILL_CONDITIONED = 1e-2;

    /** DL4J tells no cross-entropy of more than -log(1e-10) a label, whatever the gradient: LossMCXENT's softmaxClipEps. */
    private static final double LARGEST_LOSS = 23;

    private final Course exact;
    private final List<Course> rounded;

    /** @param rounded DL4J's course too, but with rounding errors: in float32, or from parameters that are off by one */
    Difference(Course exact, List<Course> rounded) {
        this.exact = exact;
        this.rounded = rounded;
    }

    /** Whether DL4J's own numbers are good for a comparison. */
    boolean isTelling() {
        for (int step = 0; step < exact.gradients().size(); step++) {
            double[] gradient = exact.gradients().get(step);
            for (Course course : rounded) {
                double far = worst(gradient, course.gradients().get(step), everything(gradient.length), 0);
                if (!(far < ILL_CONDITIONED)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** @return what is wrong, or null */
    String of(Course actual, boolean losses) {
        boolean[] determined = everything(exact.gradients().get(0).length);
        for (int step = 0; step < exact.gradients().size(); step++) {
            String fault = ofGradient(actual, step);
            if (fault == null && losses) {
                fault = ofLoss(actual, step);
            }
            if (fault == null) {
                undetermined(exact.gradients().get(step), actual.gradients().get(step), determined);
                for (Course course : rounded) {
                    undetermined(exact.gradients().get(step), course.gradients().get(step), determined);
                }
                fault = ofParameters(actual, step, determined);
            }
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    /** @return what is wrong with a step's gradient, or null */
    String ofGradient(Course actual, int step) {
        double[] expected = exact.gradients().get(step);
        boolean[] all = everything(expected.length);
        double own = rounded.stream()
                .mapToDouble(course -> worst(expected, course.gradients().get(step), all, 0))
                .max()
                .orElse(0);
        double far = worst(expected, actual.gradients().get(step), all, 0);
        if (far <= TOLERANCE + 10 * own) {
            return null;
        }
        return String.format(
                Locale.ROOT,
                "the gradient of step %d is off by %.2e (DL4J by rounding %.2e) at %s",
                step,
                far,
                own,
                place(expected, actual.gradients().get(step), all));
    }

    private String ofLoss(Course actual, int step) {
        double loss = exact.losses().get(step);
        double got = actual.losses().get(step);
        double own = rounded.stream()
                .mapToDouble(course -> Math.abs(course.losses().get(step) - loss))
                .max()
                .orElse(0);
        boolean cut = loss >= LARGEST_LOSS && got >= loss;
        return cut || Math.abs(got - loss) <= TOLERANCE * (1 + Math.abs(loss)) + 10 * own
                ? null
                : String.format(Locale.ROOT, "the loss of step %d is %f, DL4J's %f", step, got, loss);
    }

    private String ofParameters(Course actual, int step, boolean[] determined) {
        double[] after = exact.parameters().get(step);
        double own = rounded.stream()
                .mapToDouble(course -> worst(after, course.parameters().get(step), determined, 1))
                .max()
                .orElse(0);
        double far = worst(after, actual.parameters().get(step), determined, 1);
        if (far <= TOLERANCE + 10 * own) {
            return null;
        }
        return String.format(
                Locale.ROOT,
                "parameters after step %d are off by %.2e (DL4J's by rounding %.2e) at %s",
                step,
                far,
                own,
                place(after, actual.parameters().get(step), determined));
    }

    /**
     * The elements of a gradient that are furthest off.
     *
     * @param most of them
     */
    List<Integer> furthest(Course actual, int step, int most) {
        double[] expected = exact.gradients().get(step);
        double[] got = actual.gradients().get(step);
        return IntStream.range(0, expected.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -Math.abs(expected[i] - got[i])))
                .limit(most)
                .toList();
    }

    /** An adaptive updater makes a step of the same size of whatever gradient, of rounding errors too. */
    private static void undetermined(double[] exact, double[] other, boolean[] determined) {
        for (int i = 0; i < exact.length; i++) {
            determined[i] &= Math.abs(exact[i] - other[i]) <= 1e-4 * Math.abs(exact[i]);
        }
    }

    private static boolean[] everything(int elements) {
        boolean[] all = new boolean[elements];
        Arrays.fill(all, true);
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
