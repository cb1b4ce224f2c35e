package io.lockstep.engine;

/**
 * What a node of a {@link Graph} computes. Each states its parameters in the order in which they lie in the flat
 * vector, which is DL4J's.
 */
public sealed interface Operation {
    /** How many nodes it reads, at least. */
    default int fewestInputs() {
        return 1;
    }

    /** And at most. */
    default int mostInputs() {
        return fewestInputs();
    }

    /** The batch's examples. The first node, and the only one without inputs. */
    record Input(Shape shape) implements Operation {
        @Override
        public int fewestInputs() {
            return 0;
        }
    }

    /**
     * Cross-correlation. Parameters: bias (outputs) if there is one, then weights (outputs, inputs / groups, height,
     * width).
     */
    record Convolution(int outputs, Window window, int groups, boolean bias) implements Operation {}

    /**
     * The transpose of the convolution that {@code window} describes, which goes from this one's output to its input
     * (Zeiler et al. 2010; what PyTorch and DL4J call deconvolution): stride spreads pixels apart. Parameters: bias
     * (outputs) if there is one, then weights (inputs, outputs, height, width).
     *
     * @param rowsAfter rows of the output that no kernel reaches, below the others, where only the bias is; fewer than
     *     the stride
     * @param columnsAfter likewise, to the right
     */
    record TransposedConvolution(int outputs, Window window, boolean bias, int rowsAfter, int columnsAfter)
            implements Operation {
        public TransposedConvolution {
            if (rowsAfter < 0
                    || columnsAfter < 0
                    || rowsAfter >= window.strideHeight()
                    || columnsAfter >= window.strideWidth()) {
                throw new IllegalArgumentException(rowsAfter + " rows and " + columnsAfter
                        + " columns after the others; there are fewer than the stride, and not fewer than 0");
            }
        }

        /** An output as small as it can be. */
        public TransposedConvolution(int outputs, Window window, boolean bias) {
            this(outputs, window, bias, 0, 0);
        }
    }

    /**
     * y = x W + b on vectors, or on each step of a sequence. Parameters: weights (outputs, inputs), the inputs varying
     * fastest; then bias.
     */
    record Dense(int outputs, boolean bias) implements Operation {}

    /** What recurrent networks and transformers are made of: {@link SequenceOperation}. */
    non-sealed interface OnSequences extends Operation {}

    /**
     * Batch norm over all but the channels (Ioffe and Szegedy 2015). Parameters: gamma, beta, running mean, running
     * variance or log10 of the running standard deviation. The gradient at the last two is the change that, subtracted,
     * gives decay x old + (1 - decay) x batch's.
     *
     * @param logDeviation how the running variance is held
     */
    record BatchNorm(double epsilon, double decay, boolean logDeviation) implements Operation {}

    /**
     * Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3): y = x / (k + alpha times the
     * sum of squares of the nearest {@code size} channels) to the power of beta.
     *
     * @param size odd
     */
    record ResponseNorm(int size, double k, double alpha, double beta) implements Operation {
        public ResponseNorm {
            if (size < 1 || size % 2 == 0) {
                throw new IllegalArgumentException("a response norm over " + size + " channels; the number is odd");
            }
        }
    }

    /**
     * A function of each element.
     *
     * @param alpha what {@link Function} says of those that have it; the others ignore it
     */
    record Activation(Function function, double alpha) implements Operation {
        /** With the function's usual alpha. */
        public Activation(Function function) {
            this(function, function.usualAlpha);
        }
    }

    enum Function {
        RELU,
        /** alpha x below 0. Usually 0.01; 0.2 in discriminators (Radford et al. 2016, section 3). */
        LEAKY_RELU(0.01),
        /** x above alpha, otherwise 0 (Konda et al. 2015). Usually 1. */
        THRESHOLDED_RELU(1),
        TANH,
        SIGMOID,
        /** alpha (exp(x) - 1) below 0 (Clevert et al. 2016). Usually 1. */
        ELU(1),
        /** 1.0507 times x, or times 1.6733 (exp(x) - 1) below 0 (Klambauer et al. 2017, equation 2). */
        SELU,
        /** ReLU up to 6. */
        RELU6,
        /** x between -1 and 1. */
        HARD_TANH,
        /**
         * 1.7159 tanh(2/3 x) (LeCun et al. 1998, section 4.4), where sign(y) (1 - 1 / (1 + |y| + y^2 + 1.41645 y^4)) is
         * taken for tanh(y).
         */
        RATIONAL_TANH,
        /** tanh(x) above 0, otherwise 0. */
        RECTIFIED_TANH,
        /** 0.2 x + 0.5 between 0 and 1. */
        HARD_SIGMOID,
        /** x / (1 + |x|). */
        SOFTSIGN,
        /** x^3. */
        CUBE,
        /** log(1 + exp(x)). */
        SOFTPLUS,
        /** x tanh(log(1 + exp(x))) (Misra 2019). */
        MISH,
        /** x sigmoid(x). */
        SWISH,
        /** x Phi(x), by the error function (Hendrycks and Gimpel 2016). */
        GELU,
        /** The same paper's approximation by tanh. */
        GELU_TANH,
        /** And by a sigmoid: x sigmoid(1.702 x). */
        GELU_SIGMOID;

        private final double usualAlpha;

        Function() {
            this(0);
        }

        Function(double usualAlpha) {
            this.usualAlpha = usualAlpha;
        }
    }

    record Pooling(PoolingKind kind, Window window) implements Operation {}

    enum PoolingKind {
        MAX,
        /** Of the pixels inside the image. */
        AVERAGE,
        /** Padding counts as zeros. */
        AVERAGE_WITH_PADDING
    }

    /**
     * The p-norm of a window's pixels, (sum |x|^p)^(1/p), padding counting as zeros: Gulcehre et al. 2014, "Learned-Norm
     * Pooling", with a p that is given.
     *
     * @param p 1 or more
     */
    record NormPooling(double p, Window window) implements Operation {}

    /** Each pixel {@code height} times below and {@code width} times beside itself: what is called nearest-neighbour. */
    record Upsampling(int height, int width) implements Operation {}

    /** Of any number of inputs. */
    sealed interface OfMany extends Operation {
        @Override
        default int mostInputs() {
            return Integer.MAX_VALUE;
        }
    }

    /** Sum of inputs of equal shape. */
    record Add() implements OfMany {}

    /** Element by element, of inputs of equal shape. */
    record Combination(How how) implements OfMany {
        @Override
        public int fewestInputs() {
            return how == How.DIFFERENCE ? 2 : 1;
        }

        @Override
        public int mostInputs() {
            return how == How.DIFFERENCE ? 2 : Integer.MAX_VALUE;
        }

        public enum How {
            /** The first of two less the second. */
            DIFFERENCE,
            PRODUCT,
            MEAN,
            /** Of equals the first counts. */
            MAXIMUM
        }
    }

    /** Inputs of equal height and width, their channels one after the other. */
    record Concatenation() implements OfMany {}

    /** Zeros added around height and width, and behind the channels. */
    record ZeroPadding(int top, int bottom, int left, int right, int channelsBefore, int channelsAfter)
            implements Operation {}

    /** The same elements in the same order (height, width, channels), as another shape. */
    record Reshape(Shape shape) implements Operation {}

    /** Some of the channels: the reverse of {@link Concatenation}. */
    record ChannelRange(int first, int count) implements Operation {}

    /**
     * A vector of all elements.
     *
     * @param channelsFirst in the order (channels, height, width), otherwise (height, width, channels)
     */
    record Flatten(boolean channelsFirst) implements Operation {}

    /**
     * What changes activations at random in training, y = x times factor plus offset, and is the identity in evaluation.
     * Both numbers are a function of (seed, node, element): see {@link ActivationNoise}.
     */
    sealed interface Noise extends Operation {}

    /** Each element is kept with probability {@code retain} and then divided by it, otherwise 0. */
    record Dropout(double retain) implements Noise {}

    /** Dropout of whole channels of an example (Tompson et al. 2015). */
    record SpatialDropout(double retain) implements Noise {}

    /** Each element times a normal variable of mean 1 and variance rate / (1 - rate) (Srivastava et al. 2014, 10). */
    record GaussianDropout(double rate) implements Noise {}

    /** Each element plus a normal variable of mean 0. */
    record GaussianNoise(double deviation) implements Noise {}

    /**
     * Dropout to the value that SELU saturates at, then the affine map that restores mean and variance (Klambauer et al.
     * 2017).
     */
    record AlphaDropout(double retain) implements Noise {}

    /** A node that a graph may end with. */
    sealed interface Last extends Operation {}

    /** The end of a part of a network whose loss is elsewhere: what comes in is handed out. */
    record Output() implements Last {}

    /**
     * The last node of a network that tells real examples (label 1) from generated ones (label 0), by one number z an
     * example; see {@link Rule}.
     *
     * @param clip what a cross-entropy's probabilities are kept away from 0 and 1 by, as DL4J's {@code clipEps} does: the
     *     loss grows no further, and its gradient vanishes with the sigmoid's; 0 for plain cross-entropy
     */
    record Judgement(Rule rule, double clip) implements Last {
        public Judgement {
            if (!(clip >= 0 && clip <= 0.5)) {
                throw new IllegalArgumentException("probabilities are clipped by " + clip + ", not by 0 to 0.5");
            }
        }

        public Judgement(Rule rule) {
            this(rule, 0);
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
    enum Rule {
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
    record SoftmaxCrossEntropy(double labelSmoothing, double weight) implements Last {
        public static final int NO_LABEL = -1;

        public SoftmaxCrossEntropy(double labelSmoothing) {
            this(labelSmoothing, 1);
        }
    }
}
