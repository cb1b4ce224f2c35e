package io.lockstep.engine.reference;

/** A node of a graph in one pass. Arrays hold all examples, in memory's order. */
interface ReferenceNode {
    /** @param y zeros, to be filled */
    void forward(double[][] inputs, double[] y);

    /**
     * Adds to the gradients of the inputs, and of the parameters.
     *
     * @param y what forward made
     * @param dy the gradient of y
     */
    void backward(double[][] inputs, double[] y, double[] dy, double[][] inputGradients);

    /** As {@link #forward}. */
    interface Forward {
        void run(double[][] inputs, double[] y);
    }

    /** As {@link #backward}. */
    interface Backward {
        void run(double[][] inputs, double[] y, double[] dy, double[][] inputGradients);
    }

    static ReferenceNode of(Forward forward, Backward backward) {
        return new ReferenceNode() {
            @Override
            public void forward(double[][] inputs, double[] y) {
                forward.run(inputs, y);
            }

            @Override
            public void backward(double[][] inputs, double[] y, double[] dy, double[][] inputGradients) {
                backward.run(inputs, y, dy, inputGradients);
            }
        };
    }
}
