package io.lockstep.engine.operations;

import io.lockstep.engine.RowLoss;
import io.lockstep.engine.Shape;
import java.util.List;

/** Losses that are a sum over elements, of a prediction x and a target t each. */
public final class ElementLosses {
    private ElementLosses() {}

    /**
     * @param alpha what {@link Kind} says of those that have it; the others ignore it
     * @param beta likewise
     * @param mean whether a row's loss is the mean of its elements, otherwise their sum
     * @param weights of the elements of a row, in order; none for 1 each
     */
    public record ElementLoss(Kind kind, double alpha, double beta, boolean mean, List<Double> weights)
            implements RowLoss {
        public ElementLoss {
            weights = List.copyOf(weights);
        }

        /** With the kind's usual numbers. */
        public ElementLoss(Kind kind, boolean mean) {
            this(kind, kind.usualAlpha, kind.usualBeta, mean, List.of());
        }

        public ElementLoss withAlpha(double other) {
            return new ElementLoss(kind, other, beta, mean, weights);
        }

        public ElementLoss withWeights(List<Double> ofElements) {
            return new ElementLoss(kind, alpha, beta, mean, ofElements);
        }

        @Override
        public void requireRows(List<Shape> inputs) {
            RowLoss.super.requireRows(inputs);
            ClassWeights.require(weights, inputs.get(0));
        }

        @Override
        public Row row(List<Shape> inputs, boolean training) {
            int elements = inputs.get(0).channels();
            double[] factors = ClassWeights.of(weights, elements);
            for (int i = 0; mean && i < elements; i++) {
                factors[i] /= elements;
            }
            return (x, slopes, sums) -> {
                sums[0] = 0;
                sums[1] = 1;
                for (int i = 0; i < elements; i++) {
                    sums[0] += factors[i] * kind.loss(x[0][i], x[1][i], alpha, beta);
                    slopes[0][i] = factors[i] * kind.slope(x[0][i], x[1][i], alpha, beta);
                }
            };
        }
    }

    /** The loss of one element, and its slope by x. */
    public enum Kind {
        /** (x - t)^2. */
        SQUARED {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                return (x - t) * (x - t);
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                return 2 * (x - t);
            }
        },
        /** |x - t|. */
        ABSOLUTE {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                return Math.abs(x - t);
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                return Math.signum(x - t);
            }
        },
        /** (x - t)^2 / 2 up to a distance of alpha, alpha (|x - t| - alpha / 2) beyond (Huber 1964). Usually 1. */
        HUBER(1, 0) {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                double distance = Math.abs(x - t);
                return distance <= alpha ? distance * distance / 2 : alpha * (distance - alpha / 2);
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                return Math.max(-alpha, Math.min(alpha, x - t));
            }
        },
        /** (x - t)^2 / (2 alpha) up to a distance of alpha, |x - t| - alpha / 2 beyond (Girshick 2015). Usually 1. */
        SMOOTH_ABSOLUTE(1, 0) {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                double distance = Math.abs(x - t);
                return distance < alpha ? distance * distance / (2 * alpha) : distance - alpha / 2;
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                return Math.abs(x - t) < alpha ? (x - t) / alpha : Math.signum(x - t);
            }
        },
        /** (log(1 + x) - log(1 + t))^2. */
        SQUARED_LOGARITHMIC {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                double difference = Math.log((1 + x) / (1 + t));
                return difference * difference;
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                return 2 * Math.log((1 + x) / (1 + t)) / (1 + x);
            }
        },
        /** 100 |x - t| / |t|. */
        ABSOLUTE_PERCENTAGE {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                return 100 * Math.abs((x - t) / t);
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                return 100 * Math.signum(x - t) / Math.abs(t);
            }
        },
        /** x - t log(x + alpha): of a Poisson variable t, x its mean. Usually 0. */
        POISSON {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                return x - t * Math.log(x + alpha);
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                return 1 - t / (x + alpha);
            }
        },
        /** exp(x) - t x: the same, x the logarithm of its mean. */
        POISSON_OF_LOGARITHM {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                return Math.exp(x) - t * x;
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                return Math.exp(x) - t;
            }
        },
        /** t log(t / x): Kullback and Leibler 1951. Both are probabilities; those below alpha are taken for alpha. */
        KULLBACK_LEIBLER {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                double target = Math.max(t, alpha);
                return target == 0 ? 0 : target * Math.log(target / Math.max(x, alpha));
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                double target = Math.max(t, alpha);
                return target == 0 ? 0 : -target / Math.max(x, alpha);
            }
        },
        /** max(0, 1 - t x), t either 1 or -1. */
        HINGE {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                return Math.max(0, 1 - t * x);
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                return 1 - t * x > 0 ? -t : 0;
            }
        },
        /** Its square. */
        SQUARED_HINGE {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                double below = Math.max(0, 1 - t * x);
                return below * below;
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                return -2 * t * Math.max(0, 1 - t * x);
            }
        },
        /**
         * Cross-entropy of sigmoid(x) with t, from 0 to 1. With an alpha, the sigmoid is kept away from 0 and 1 by it, as
         * DL4J's {@code clipEps} does: the loss grows no further, and the slope is that at the kept value.
         */
        BINARY_CROSS_ENTROPY {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                double kept = kept(sigmoid(x), alpha);
                return Double.isNaN(kept) ? softplus(x) - t * x : crossEntropy(kept, t);
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                double probability = sigmoid(x);
                double kept = kept(probability, alpha);
                if (Double.isNaN(kept)) {
                    return probability - t;
                }
                double odds = Math.exp(-Math.abs(x));
                return (kept - t) / (kept * (1 - kept)) * (odds / ((1 + odds) * (1 + odds)));
            }
        },
        /** The same, x being the probability. */
        BINARY_CROSS_ENTROPY_OF_PROBABILITY {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                double kept = kept(x, alpha);
                return crossEntropy(Double.isNaN(kept) ? x : kept, t);
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                double kept = kept(x, alpha);
                double probability = Double.isNaN(kept) ? x : kept;
                return (probability - t) / (probability * (1 - probability));
            }
        },
        /** -t log(x), of a probability x; one below alpha is taken for alpha. */
        CROSS_ENTROPY_OF_PROBABILITY {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                return t == 0 ? 0 : -t * Math.log(Math.max(x, alpha));
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                return t == 0 ? 0 : -t / Math.max(x, alpha);
            }
        },
        /**
         * Cross-entropy of p = sigmoid(x) with t, times (1 - p of the target) to the power of beta, times alpha where t is 1
         * and 1 - alpha where it is 0 (Lin et al. 2017, equation 5). Usually 0.25 and 2; a negative alpha: times 1.
         */
        FOCAL(0.25, 2) {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                return balance(t, alpha) * (softplus(x) - t * x) * Math.pow(missed(x, t), beta);
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                double p = sigmoid(x);
                double missed = missed(x, t);
                double ofPower = beta == 0 ? 0 : beta * Math.pow(missed, beta - 1) * (1 - 2 * t) * p * (1 - p);
                return balance(t, alpha) * ((p - t) * Math.pow(missed, beta) + (softplus(x) - t * x) * ofPower);
            }

            private double balance(double t, double alpha) {
                return alpha < 0 ? 1 : alpha * t + (1 - alpha) * (1 - t);
            }

            /** 1 less the probability of the target. */
            private double missed(double x, double t) {
                double p = sigmoid(x);
                return 1 - (p * t + (1 - p) * (1 - t));
            }
        },
        /** t x: a critic's (Arjovsky et al. 2017). */
        WASSERSTEIN {
            @Override
            double loss(double x, double t, double alpha, double beta) {
                return t * x;
            }

            @Override
            double slope(double x, double t, double alpha, double beta) {
                return t;
            }
        };

        private final double usualAlpha;
        private final double usualBeta;

        Kind() {
            this(0, 0);
        }

        Kind(double usualAlpha, double usualBeta) {
            this.usualAlpha = usualAlpha;
            this.usualBeta = usualBeta;
        }

        abstract double loss(double x, double t, double alpha, double beta);

        abstract double slope(double x, double t, double alpha, double beta);

        private static double sigmoid(double x) {
            return 1 / (1 + Math.exp(-x));
        }

        /** log(1 + exp(x)), without overflow. */
        private static double softplus(double x) {
            return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
        }

        /** The bound that a probability lies beyond, or NaN. */
        private static double kept(double probability, double clip) {
            return probability < clip ? clip : probability > 1 - clip ? 1 - clip : Double.NaN;
        }

        private static double crossEntropy(double probability, double t) {
            double ofOne = t == 0 ? 0 : t * Math.log(probability);
            double ofZero = t == 1 ? 0 : (1 - t) * Math.log(1 - probability);
            return -ofOne - ofZero;
        }
    }
}
