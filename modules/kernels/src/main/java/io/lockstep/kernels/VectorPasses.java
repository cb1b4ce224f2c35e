package io.lockstep.kernels;

import java.nio.ByteBuffer;

/**
 * Element-wise passes over parts of activations: adding gradients that come from several consumers, and masking them.
 * {@code at} is the byte offset of the first element in each buffer. Stateless.
 */
public abstract sealed class VectorPasses permits ScalarVectorPasses, SimdVectorPasses {
    private static final VectorPasses FASTEST =
            VectorModule.isUsed() ? new SimdVectorPasses() : new ScalarVectorPasses();

    VectorPasses() {}

    /** The Vector API's where the JVM has it, otherwise plain loops. */
    public static VectorPasses get() {
        return FASTEST;
    }

    /** y = a + b. */
    public abstract void add(ByteBuffer a, ByteBuffer b, int at, int elements, ByteBuffer y);

    /** y = max(0, a + b). */
    public abstract void addRelu(ByteBuffer a, ByteBuffer b, int at, int elements, ByteBuffer y);

    /** y = max(0, x). */
    public abstract void relu(ByteBuffer x, int at, int elements, ByteBuffer y);

    /** g = dy where y is positive, otherwise 0. */
    public abstract void reluGradient(ByteBuffer dy, ByteBuffer y, int at, int elements, ByteBuffer g);

    /** g = a + b where y is positive, otherwise 0. */
    public abstract void addReluGradient(ByteBuffer a, ByteBuffer b, ByteBuffer y, int at, int elements, ByteBuffer g);
}
