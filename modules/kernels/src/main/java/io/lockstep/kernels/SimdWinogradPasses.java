package io.lockstep.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API's, for a strip of channels at a time: columns of a square first, then the rows of what that gives. Points
 * that differ in their sign share what is even and what is odd.
 *
 * <p>Between the two is an array, because the compiler moves nothing over an access to a direct buffer. Each kind of column
 * and of row is a method, and none takes or gives a vector: the compiler's limits on inlining are soon reached here, and a
 * vector that crosses a call which is not inlined becomes an object. So each formula is written twice; those of the weights are
 * {@link SimdWinogradWeights}.
 */
final class SimdWinogradPasses extends WinogradPasses {
    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final int LANES = FLOATS.length();
    private static final int BYTES = LANES * Float.BYTES;

    /** The points are +-S and +-Q. */
    static final float S = (float) Math.sqrt(0.5);

    static final float Q = (float) Math.sqrt(2);

    /** Channels that are transformed at a time. */
    static final int STRIP = 64;

    static final int ROW = REACH * STRIP;

    /** At most (6, 6, strip): the columns' results. */
    private final float[] half = new float[REACH * ROW];

    static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(FLOATS, x, at);
    }

    static FloatVector load(ByteBuffer x, int at) {
        return FloatVector.fromByteBuffer(FLOATS, x, at, ORDER);
    }

    static FloatVector all(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }

    // ------------------------------------------------------------------ B' x B

    @Override
    void inputTile(float[] x, int xAt, int rowElements, int channels, ByteBuffer v, int vAt, int pointBytes) {
        for (int c = 0; c < channels; c += STRIP) {
            int strip = Math.min(STRIP, channels - c);
            for (int column = 0; column < REACH; column++) {
                inputColumn(x, xAt + c + column * channels, rowElements, half, column * STRIP, strip);
            }
            for (int row = 0; row < REACH; row++) {
                inputRow(half, row * ROW, v, vAt + c * Float.BYTES + row * REACH * pointBytes, pointBytes, strip);
            }
        }
    }

    /** B' of a column of six, the result's rows below each other. */
    private static void inputColumn(float[] x, int xAt, int rowElements, float[] column, int at, int channels) {
        FloatVector s = all(S);
        FloatVector q = all(Q);
        FloatVector minusTwo = all(-2);
        FloatVector minusHalf = all(-0.5f);
        FloatVector minusBoth = all(-2.5f);
        for (int c = 0; c < channels; c += LANES) {
            int from = xAt + c;
            int to = at + c;
            FloatVector x1 = load(x, from + rowElements);
            FloatVector x2 = load(x, from + 2 * rowElements);
            FloatVector x3 = load(x, from + 3 * rowElements);
            FloatVector x4 = load(x, from + 4 * rowElements);
            FloatVector near = x2.fma(minusTwo, x4);
            FloatVector nearOdd = x1.fma(minusTwo, x3).mul(s);
            FloatVector far = x2.fma(minusHalf, x4);
            FloatVector farOdd = x1.fma(minusHalf, x3).mul(q);
            x2.fma(minusBoth, x4.add(load(x, from))).intoArray(column, to);
            near.add(nearOdd).intoArray(column, to + ROW);
            near.sub(nearOdd).intoArray(column, to + 2 * ROW);
            far.add(farOdd).intoArray(column, to + 3 * ROW);
            far.sub(farOdd).intoArray(column, to + 4 * ROW);
            x3.fma(minusBoth, x1.add(load(x, from + 5 * rowElements))).intoArray(column, to + 5 * ROW);
        }
    }

    private static void inputRow(float[] x, int xAt, ByteBuffer v, int vAt, int pointBytes, int channels) {
        FloatVector s = all(S);
        FloatVector q = all(Q);
        FloatVector minusTwo = all(-2);
        FloatVector minusHalf = all(-0.5f);
        FloatVector minusBoth = all(-2.5f);
        for (int c = 0; c < channels; c += LANES) {
            int from = xAt + c;
            int to = vAt + c * Float.BYTES;
            FloatVector x1 = load(x, from + STRIP);
            FloatVector x2 = load(x, from + 2 * STRIP);
            FloatVector x3 = load(x, from + 3 * STRIP);
            FloatVector x4 = load(x, from + 4 * STRIP);
            FloatVector near = x2.fma(minusTwo, x4);
            FloatVector nearOdd = x1.fma(minusTwo, x3).mul(s);
            FloatVector far = x2.fma(minusHalf, x4);
            FloatVector farOdd = x1.fma(minusHalf, x3).mul(q);
            x2.fma(minusBoth, x4.add(load(x, from))).intoByteBuffer(v, to, ORDER);
            near.add(nearOdd).intoByteBuffer(v, to + pointBytes, ORDER);
            near.sub(nearOdd).intoByteBuffer(v, to + 2 * pointBytes, ORDER);
            far.add(farOdd).intoByteBuffer(v, to + 3 * pointBytes, ORDER);
            far.sub(farOdd).intoByteBuffer(v, to + 4 * pointBytes, ORDER);
            x3.fma(minusBoth, x1.add(load(x, from + 5 * STRIP))).intoByteBuffer(v, to + 5 * pointBytes, ORDER);
        }
    }

    // ------------------------------------------------------------------ A' m A

    @Override
    void outputTile(
            ByteBuffer m,
            int mAt,
            int pointBytes,
            int channels,
            ByteBuffer bias,
            int biasAt,
            ByteBuffer y,
            int yAt,
            int rowBytes,
            int pixelBytes) {
        for (int c = 0; c < channels; c += STRIP) {
            int strip = Math.min(STRIP, channels - c);
            int from = mAt + c * Float.BYTES;
            int to = yAt + c * Float.BYTES;
            for (int column = 0; column < REACH; column++) {
                outputColumn(m, from + column * pointBytes, REACH * pointBytes, half, column * STRIP, strip);
            }
            for (int row = 0; row < TILE; row++) {
                outputRow(half, row * ROW, y, to + row * rowBytes, pixelBytes, strip);
            }
        }
        if (biasAt >= 0) {
            for (int pixel = 0; pixel < TILE * TILE; pixel++) {
                addTo(y, yAt + pixel / TILE * rowBytes + pixel % TILE * pixelBytes, bias, biasAt, channels);
            }
        }
    }

    /** A' of a column of six, the result's rows below each other. */
    private static void outputColumn(ByteBuffer m, int mAt, int rowBytes, float[] column, int at, int channels) {
        FloatVector s = all(S);
        FloatVector q = all(Q);
        FloatVector two = all(2);
        FloatVector oneHalf = all(0.5f);
        for (int c = 0; c < channels; c += LANES) {
            int from = mAt + c * Float.BYTES;
            int to = at + c;
            FloatVector m1 = load(m, from + rowBytes);
            FloatVector m2 = load(m, from + 2 * rowBytes);
            FloatVector m3 = load(m, from + 3 * rowBytes);
            FloatVector m4 = load(m, from + 4 * rowBytes);
            FloatVector near = m1.add(m2);
            FloatVector nearOdd = m1.sub(m2).mul(s);
            FloatVector far = m3.add(m4);
            FloatVector farOdd = m3.sub(m4).mul(q);
            near.add(far).add(load(m, from)).intoArray(column, to);
            nearOdd.add(farOdd).intoArray(column, to + ROW);
            far.fma(two, near.mul(oneHalf)).intoArray(column, to + 2 * ROW);
            farOdd.fma(two, nearOdd.fma(oneHalf, load(m, from + 5 * rowBytes))).intoArray(column, to + 3 * ROW);
        }
    }

    private static void outputRow(float[] m, int mAt, ByteBuffer y, int yAt, int pixelBytes, int channels) {
        FloatVector s = all(S);
        FloatVector q = all(Q);
        FloatVector two = all(2);
        FloatVector oneHalf = all(0.5f);
        for (int c = 0; c < channels; c += LANES) {
            int from = mAt + c;
            int to = yAt + c * Float.BYTES;
            FloatVector m1 = load(m, from + STRIP);
            FloatVector m2 = load(m, from + 2 * STRIP);
            FloatVector m3 = load(m, from + 3 * STRIP);
            FloatVector m4 = load(m, from + 4 * STRIP);
            FloatVector near = m1.add(m2);
            FloatVector nearOdd = m1.sub(m2).mul(s);
            FloatVector far = m3.add(m4);
            FloatVector farOdd = m3.sub(m4).mul(q);
            near.add(far).add(load(m, from)).intoByteBuffer(y, to, ORDER);
            nearOdd.add(farOdd).intoByteBuffer(y, to + pixelBytes, ORDER);
            far.fma(two, near.mul(oneHalf)).intoByteBuffer(y, to + 2 * pixelBytes, ORDER);
            farOdd.fma(two, nearOdd.fma(oneHalf, load(m, from + 5 * STRIP)))
                    .intoByteBuffer(y, to + 3 * pixelBytes, ORDER);
        }
    }

    private static void addTo(ByteBuffer y, int yAt, ByteBuffer x, int xAt, int channels) {
        for (int c = 0; c < channels * Float.BYTES; c += BYTES) {
            load(y, yAt + c).add(load(x, xAt + c)).intoByteBuffer(y, yAt + c, ORDER);
        }
    }

    // ------------------------------------------------------------------ A dy A'

    @Override
    void outputGradientTile(
            float[] dy, int dyAt, int rowElements, int channels, ByteBuffer dm, int dmAt, int pointBytes) {
        for (int c = 0; c < channels; c += STRIP) {
            int strip = Math.min(STRIP, channels - c);
            int to = dmAt + c * Float.BYTES;
            for (int column = 0; column < TILE; column++) {
                outputGradientColumn(dy, dyAt + c + column * channels, rowElements, half, column * STRIP, strip);
            }
            for (int row = 0; row < REACH; row++) {
                outputGradientRow(half, row * ROW, dm, to + row * REACH * pointBytes, pointBytes, strip);
            }
        }
    }

    /** A of a column of four, the result's rows below each other. */
    private static void outputGradientColumn(
            float[] y, int yAt, int rowElements, float[] column, int at, int channels) {
        FloatVector s = all(S);
        FloatVector q = all(Q);
        FloatVector two = all(2);
        FloatVector oneHalf = all(0.5f);
        for (int c = 0; c < channels; c += LANES) {
            int from = yAt + c;
            int to = at + c;
            FloatVector y0 = load(y, from);
            FloatVector y1 = load(y, from + rowElements);
            FloatVector y2 = load(y, from + 2 * rowElements);
            FloatVector y3 = load(y, from + 3 * rowElements);
            FloatVector near = y2.fma(oneHalf, y0);
            FloatVector nearOdd = y3.fma(oneHalf, y1).mul(s);
            FloatVector far = y2.fma(two, y0);
            FloatVector farOdd = y3.fma(two, y1).mul(q);
            y0.intoArray(column, to);
            near.add(nearOdd).intoArray(column, to + ROW);
            near.sub(nearOdd).intoArray(column, to + 2 * ROW);
            far.add(farOdd).intoArray(column, to + 3 * ROW);
            far.sub(farOdd).intoArray(column, to + 4 * ROW);
            y3.intoArray(column, to + 5 * ROW);
        }
    }

    private static void outputGradientRow(float[] y, int yAt, ByteBuffer dm, int dmAt, int pointBytes, int channels) {
        FloatVector s = all(S);
        FloatVector q = all(Q);
        FloatVector two = all(2);
        FloatVector oneHalf = all(0.5f);
        for (int c = 0; c < channels; c += LANES) {
            int from = yAt + c;
            int to = dmAt + c * Float.BYTES;
            FloatVector y0 = load(y, from);
            FloatVector y1 = load(y, from + STRIP);
            FloatVector y2 = load(y, from + 2 * STRIP);
            FloatVector y3 = load(y, from + 3 * STRIP);
            FloatVector near = y2.fma(oneHalf, y0);
            FloatVector nearOdd = y3.fma(oneHalf, y1).mul(s);
            FloatVector far = y2.fma(two, y0);
            FloatVector farOdd = y3.fma(two, y1).mul(q);
            y0.intoByteBuffer(dm, to, ORDER);
            near.add(nearOdd).intoByteBuffer(dm, to + pointBytes, ORDER);
            near.sub(nearOdd).intoByteBuffer(dm, to + 2 * pointBytes, ORDER);
            far.add(farOdd).intoByteBuffer(dm, to + 3 * pointBytes, ORDER);
            far.sub(farOdd).intoByteBuffer(dm, to + 4 * pointBytes, ORDER);
            y3.intoByteBuffer(dm, to + 5 * pointBytes, ORDER);
        }
    }

    // ------------------------------------------------------------------ G w G'

    @Override
    public void weights(
            ByteBuffer w,
            int wAt,
            int elementBytes,
            boolean turned,
            int kernels,
            ByteBuffer u,
            int uAt,
            int pointBytes) {
        int first = turned ? wAt + (KERNEL * KERNEL - 1) * elementBytes : wAt;
        int step = turned ? -elementBytes : elementBytes;
        for (int k = 0; k < kernels; k += STRIP) {
            int strip = Math.min(STRIP, kernels - k);
            int from = first + k * Float.BYTES;
            int to = uAt + k * Float.BYTES;
            for (int column = 0; column < KERNEL; column++) {
                SimdWinogradWeights.weightsColumn(w, from + column * step, KERNEL * step, half, column * STRIP, strip);
            }
            for (int row = 0; row < REACH; row++) {
                SimdWinogradWeights.weightsRow(half, row * ROW, u, to + row * REACH * pointBytes, pointBytes, strip);
            }
        }
    }

    // ------------------------------------------------------------------ G' du G

    @Override
    public void weightsGradient(
            ByteBuffer du, int duAt, int pointBytes, int kernels, ByteBuffer dw, int dwAt, int elementBytes) {
        for (int k = 0; k < kernels; k += STRIP) {
            int strip = Math.min(STRIP, kernels - k);
            int from = duAt + k * Float.BYTES;
            int to = dwAt + k * Float.BYTES;
            for (int column = 0; column < REACH; column++) {
                SimdWinogradWeights.weightsGradientColumn(
                        du, from + column * pointBytes, REACH * pointBytes, half, column * STRIP, strip);
            }
            for (int row = 0; row < KERNEL; row++) {
                SimdWinogradWeights.weightsGradientRow(
                        half, row * ROW, dw, to + row * KERNEL * elementBytes, elementBytes, strip);
            }
        }
    }
}
