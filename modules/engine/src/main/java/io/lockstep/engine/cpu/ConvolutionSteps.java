package io.lockstep.engine.cpu;

/** A convolution's part of a program. */
interface ConvolutionSteps extends AutoCloseable {
    /** Whether its steps want x and dy in bfloat16. */
    boolean rounds();

    /** Adds y = x * w + bias. */
    void forward(Program program, String name, Tensor x, Tensor y);

    /** Adds the gradient of x. */
    void backwardData(Program program, String name, Tensor dy, Tensor dx);

    /**
     * Adds the gradient of weights and bias, summed over each lane's examples.
     *
     * @return the sums, for {@link #gradientJoint}
     */
    Tensor backwardWeights(Program program, String name, Tensor x, Tensor dy);

    /** Adds the lanes' sums up, into the flat gradient. */
    Joint gradientJoint(Tensor partials);

    /**
     * Of the products that the definition has, those that it does.
     *
     * @param ofInput for the input's gradient
     */
    default double productShare(boolean ofInput) {
        return 1;
    }

    @Override
    void close();
}
