package io.lockstep.kernels;

import java.nio.ByteBuffer;

/**
 * What a recurrent cell does between its matrix products, for one example and step: rows of {@code units} numbers.
 * Offsets are in bytes; a row of several gates has them one behind the other. Stateless.
 */
public abstract sealed class RecurrentPasses permits ScalarRecurrentPasses, SimdRecurrentPasses {
    private static final RecurrentPasses FASTEST =
            VectorModule.isUsed() ? new SimdRecurrentPasses() : new ScalarRecurrentPasses();

    RecurrentPasses() {}

    /** The Vector API's where the JVM has it, otherwise plain loops. */
    public static RecurrentPasses get() {
        return FASTEST;
    }

    /**
     * @param gates the sum of the products; receives tanh a, sigmoid f, o and i
     * @param bias added to gates first
     * @param before the last step's cells, or all zeros
     * @param cells receives c' = f c + i a
     * @param y receives o tanh(c')
     */
    public abstract void lstm(
            ByteBuffer gates,
            int gatesAt,
            ByteBuffer bias,
            int biasAt,
            ByteBuffer before,
            int beforeAt,
            ByteBuffer cells,
            int cellsAt,
            ByteBuffer y,
            int yAt,
            int units);

    /**
     * @param gates as {@link #lstm} left them; receives the gradient of their sums
     * @param dy gradient of y from above
     * @param dh gradient of y from the next step
     * @param dc gradient of the cells from the next step; receives that of the cells before
     */
    public abstract void lstmGradient(
            ByteBuffer gates,
            int gatesAt,
            ByteBuffer before,
            int beforeAt,
            ByteBuffer cells,
            int cellsAt,
            ByteBuffer dy,
            int dyAt,
            ByteBuffer dh,
            int dhAt,
            ByteBuffer dc,
            int dcAt,
            int units);

    /**
     * @param gates the input's products of r, z and n; receives r, z and n
     * @param state the state's products of r, z and n
     * @param bias of the input's and, behind it, of the state's products
     * @param before the last step's y, or all zeros
     * @param candidate receives the state's part of n, bias included
     */
    public abstract void gru(
            ByteBuffer gates,
            int gatesAt,
            ByteBuffer state,
            int stateAt,
            ByteBuffer bias,
            int biasAt,
            ByteBuffer before,
            int beforeAt,
            ByteBuffer candidate,
            int candidateAt,
            ByteBuffer y,
            int yAt,
            int units);

    /**
     * @param gates r, z and n; receives the gradient of their sums
     * @param candidate as {@link #gru} left it; receives its gradient
     * @param dh gradient of y from the next step; receives the part of that of {@code before} that no product carries
     */
    public abstract void gruGradient(
            ByteBuffer gates,
            int gatesAt,
            ByteBuffer candidate,
            int candidateAt,
            ByteBuffer before,
            int beforeAt,
            ByteBuffer dy,
            int dyAt,
            ByteBuffer dh,
            int dhAt,
            int units);

    /** y = tanh(x + bias). */
    public abstract void tanh(ByteBuffer x, int xAt, ByteBuffer bias, int biasAt, ByteBuffer y, int yAt, int units);

    /** g = (dy + dh) (1 - y^2). */
    public abstract void tanhGradient(
            ByteBuffer y, int yAt, ByteBuffer dy, int dyAt, ByteBuffer dh, int dhAt, ByteBuffer g, int gAt, int units);
}
