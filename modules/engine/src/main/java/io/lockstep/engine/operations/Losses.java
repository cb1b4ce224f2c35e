package io.lockstep.engine.operations;

import io.lockstep.engine.Columns;
import io.lockstep.engine.ElementType;
import io.lockstep.engine.Loss;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.RowLoss;
import io.lockstep.engine.Shape;
import java.util.List;

/** What classifiers and adversarial networks are trained by, on class numbers. */
public final class Losses {
    private Losses() {}

    /**
     * The last node of a network that tells real examples (label 1) from generated ones (label 0), by one number z an
     * example; see {@link Rule}.
     *
     * @param clip what a cross-entropy's probabilities are kept away from 0 and 1 by, as DL4J's {@code clipEps} does: the
     *     loss grows no further, and its gradient vanishes with the sigmoid's; 0 for plain cross-entropy
     */
    public record BinaryLoss(Rule rule, double clip) implements RowLoss {
        public BinaryLoss {
            if (!(clip >= 0 && clip <= 0.5)) {
                throw new IllegalArgumentException("probabilities are clipped by " + clip + ", not by 0 to 0.5");
            }
        }

        public BinaryLoss(Rule rule) {
            this(rule, 0);
        }

        @Override
        public void requireRows(List<Shape> inputs) {
            if (inputs.get(0).elements() != 1) {
                throw new IllegalArgumentException("wants one number, not " + inputs.get(0));
            }
        }

        @Override
        public ElementType reads(int input) {
            return input == 1 ? ElementType.INT32 : ElementType.FLOAT32;
        }

        @Override
        public List<Input> inputsOfPass(Shape predictions) {
            return List.of(Columns.classes(predictions), Columns.weights());
        }

        @Override
        public int classesOf(Shape predictions) {
            return 2;
        }

        @Override
        public List<String> sums() {
            return List.of(LOSS, COUNT, CORRECT);
        }

        @Override
        public Row row(List<Shape> inputs, boolean training) {
            return (x, slopes, sums) -> {
                double z = x[0][0];
                boolean real = x[1][0] == 1;
                slopes[0][0] = slope(z, real);
                sums[0] = loss(z, real);
                sums[1] = x[1][0] == NO_LABEL ? 0 : 1;
                sums[2] = (z > 0) == real ? 1 : 0;
            };
        }

        public double loss(double z, boolean real) {
            double kept = clipped(z);
            return Double.isNaN(kept) ? rule.loss(z, real) : -Math.log(real ? kept : 1 - kept);
        }

        /** Of {@link #loss}, by z. */
        public double slope(double z, boolean real) {
            double kept = clipped(z);
            if (Double.isNaN(kept)) {
                return rule.slope(z, real);
            }
            double odds = Math.exp(-Math.abs(z));
            double slopeOfSigmoid = odds / ((1 + odds) * (1 + odds));
            return (kept - (real ? 1 : 0)) / (kept * (1 - kept)) * slopeOfSigmoid;
        }

        /** The probability that is taken instead of sigmoid(z), or NaN for that itself. */
        private double clipped(double z) {
            if (rule != Rule.CROSS_ENTROPY || clip == 0) {
                return Double.NaN;
            }
            double probability = 1 / (1 + Math.exp(-z));
            return probability < clip ? clip : probability > 1 - clip ? 1 - clip : Double.NaN;
        }
    }

    /** The loss of one judgement z. */
    public enum Rule {
        /**
         * Cross-entropy of sigmoid(z) with the label: log(1 + exp(-z)) for real, log(1 + exp(z)) for generated. As a
         * generator's, with label 1, Goodfellow et al. 2014's non-saturating one.
         */
        CROSS_ENTROPY,
        /** With label 1: log(1 - sigmoid(z)), the saturating loss of a generator (the same paper, equation 1). */
        SATURATING,
        /** -z for real, z for generated (Arjovsky et al. 2017). */
        WASSERSTEIN;

        public double loss(double z, boolean real) {
            return switch (this) {
                case CROSS_ENTROPY -> softplus(real ? -z : z);
                case SATURATING -> -softplus(real ? z : -z);
                case WASSERSTEIN -> real ? -z : z;
            };
        }

        /** Of {@link #loss}, by z. */
        public double slope(double z, boolean real) {
            double probability = 1 / (1 + Math.exp(-z));
            return switch (this) {
                case CROSS_ENTROPY -> real ? probability - 1 : probability;
                case SATURATING -> real ? -probability : 1 - probability;
                case WASSERSTEIN -> real ? -1 : 1;
            };
        }

        /** log(1 + exp(x)), without overflow. */
        private static double softplus(double x) {
            return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
        }
    }

    /**
     * Softmax of a vector, of each time step of a sequence or of each pixel, and its cross-entropy with class numbers, in nats.
     * What has the label {@link Loss#NO_LABEL} counts for nothing.
     *
     * <p>Inputs: logits; labels; a weight of each example; then a mask of examples, time steps or pixels, or, of vectors, the
     * share of each example's target that a second label has, and that label (mixup: Zhang et al. 2018).
     *
     * @param labelSmoothing in training, the share of the target that is spread evenly over all classes; 0 for none
     *     (Szegedy et al. 2016, section 7)
     * @param weight of each label in the gradient: 1 sums over the time steps, 1 / T takes the mean of T. The loss that is
     *     told is the plain sum.
     */
    public record SoftmaxCrossEntropy(double labelSmoothing, double weight) implements Loss {
        private static final int LABELS = 1;
        private static final int WEIGHTS = 2;
        private static final int MIXED_LABELS = 4;

        public SoftmaxCrossEntropy(double labelSmoothing) {
            this(labelSmoothing, 1);
        }

        @Override
        public int fewestInputs() {
            return 2;
        }

        @Override
        public int mostInputs() {
            return 5;
        }

        @Override
        public ElementType reads(int input) {
            return input == LABELS || input == MIXED_LABELS ? ElementType.INT32 : ElementType.FLOAT32;
        }

        @Override
        public List<Input> inputsOfPass(Shape predictions) {
            Input classes = Columns.classes(predictions);
            return predictions.pixels() > 1
                    ? Columns.withWeights(classes, predictions)
                    : List.of(classes, Columns.weights(), Columns.mixedShares(), Columns.mixedLabels());
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape logits = inputs.get(0);
            Shape labels = inputs.get(1);
            if (labels.channels() != 1 || labels.pixels() != logits.pixels()) {
                throw new IllegalArgumentException("one label of each of " + logits + " is wanted, not " + labels);
            }
            boolean vectors = logits.pixels() == 1;
            if (!vectors && inputs.size() == 5) {
                throw new IllegalArgumentException(
                        "labels are mixed where an example has one of them, not one of each step or pixel");
            }
            for (int i = WEIGHTS; i < inputs.size(); i++) {
                Shape each = inputs.get(i);
                boolean mask = i > WEIGHTS && !vectors;
                if (each.channels() != 1 || each.pixels() != (mask ? logits.pixels() : 1)) {
                    throw new IllegalArgumentException("input " + (i + 1) + " of a softmax of " + logits
                            + " is one number" + (mask ? " of each step or pixel" : "") + ", not " + each);
                }
            }
            return logits;
        }

        @Override
        public int classesOf(Shape predictions) {
            return predictions.channels();
        }

        @Override
        public List<String> sums() {
            return List.of(LOSS, COUNT, CORRECT);
        }
    }
}
