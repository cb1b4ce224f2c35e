package io.lockstep.engine.operations;

import io.lockstep.engine.Operation.Last;
import io.lockstep.engine.Shape;
import java.util.List;

/** What a network is trained by. */
public final class Losses {
    private Losses() {}

    /**
     * The last node of a network that tells real examples (label 1) from generated ones (label 0), by one number z an
     * example; see {@link Rule}.
     *
     * @param clip what a cross-entropy's probabilities are kept away from 0 and 1 by, as DL4J's {@code clipEps} does: the
     *     loss grows no further, and its gradient vanishes with the sigmoid's; 0 for plain cross-entropy
     */
    public record Judgement(Rule rule, double clip) implements Last {
        public Judgement {
            if (!(clip >= 0 && clip <= 0.5)) {
                throw new IllegalArgumentException("probabilities are clipped by " + clip + ", not by 0 to 0.5");
            }
        }

        public Judgement(Rule rule) {
            this(rule, 0);
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            if (inputs.get(0).elements() != 1) {
                throw new IllegalArgumentException("wants one number, not " + inputs.get(0));
            }
            return inputs.get(0);
        }

        @Override
        public int labelsOf(Shape input) {
            return 1;
        }

        @Override
        public int classesOf(Shape input) {
            return 2;
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
     * The last node, or one of an auxiliary classifier: softmax of a vector, or of each step of a sequence, and its cross-entropy with the labels, in nats.
     * A step whose label is {@link #NO_LABEL} counts for nothing.
     *
     * @param labelSmoothing in training, the share of the target that is spread evenly over all classes; 0 for none
     *     (Szegedy et al. 2016, section 7)
     * @param weight of each label in the gradient: 1 sums over the steps, 1 / T takes the mean of T. The loss that is
     *     told is the plain sum.
     */
    public record SoftmaxCrossEntropy(double labelSmoothing, double weight) implements Last {
        public SoftmaxCrossEntropy(double labelSmoothing) {
            this(labelSmoothing, 1);
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            return Vectors.of(inputs.get(0));
        }

        @Override
        public int labelsOf(Shape input) {
            return input.pixels();
        }

        @Override
        public int classesOf(Shape input) {
            return input.channels();
        }

        @Override
        public boolean fitsBesideAnother(Shape input) {
            return input.pixels() == 1;
        }
    }
}
