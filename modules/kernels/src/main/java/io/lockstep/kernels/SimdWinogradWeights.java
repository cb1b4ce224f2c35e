package io.lockstep.kernels;

import static io.lockstep.kernels.SimdWinogradPasses.LANES;
import static io.lockstep.kernels.SimdWinogradPasses.ORDER;
import static io.lockstep.kernels.SimdWinogradPasses.Q;
import static io.lockstep.kernels.SimdWinogradPasses.ROW;
import static io.lockstep.kernels.SimdWinogradPasses.S;
import static io.lockstep.kernels.SimdWinogradPasses.STRIP;
import static io.lockstep.kernels.SimdWinogradPasses.all;
import static io.lockstep.kernels.SimdWinogradPasses.load;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;

/** Columns and rows of G w G' and G' du G, a strip of kernels at a time; {@link SimdWinogradPasses} puts them together. */
final class SimdWinogradWeights {
    private SimdWinogradWeights() {}

    /** G of a column of three, the result's rows below each other. */
    static void weightsColumn(ByteBuffer w, int wAt, int rowBytes, float[] column, int at, int kernels) {
        FloatVector third = all(1 / 3f);
        FloatVector sixth = all(1 / 6f);
        FloatVector minusTwoThirds = all(-2 / 3f);
        FloatVector ofNearOdd = all(-2 / 3f * S);
        FloatVector ofFarOdd = all(Q / 6);
        for (int k = 0; k < kernels; k += LANES) {
            int from = wAt + k * Float.BYTES;
            int to = at + k;
            FloatVector w0 = load(w, from);
            FloatVector w1 = load(w, from + rowBytes);
            FloatVector w2 = load(w, from + 2 * rowBytes);
            FloatVector share = w2.mul(third);
            FloatVector near = w0.mul(minusTwoThirds).sub(share);
            FloatVector nearOdd = w1.mul(ofNearOdd);
            FloatVector far = w0.fma(sixth, share);
            FloatVector farOdd = w1.mul(ofFarOdd);
            w0.intoArray(column, to);
            near.add(nearOdd).intoArray(column, to + ROW);
            near.sub(nearOdd).intoArray(column, to + 2 * ROW);
            far.add(farOdd).intoArray(column, to + 3 * ROW);
            far.sub(farOdd).intoArray(column, to + 4 * ROW);
            w2.intoArray(column, to + 5 * ROW);
        }
    }

    static void weightsRow(float[] w, int wAt, ByteBuffer u, int uAt, int pointBytes, int kernels) {
        FloatVector third = all(1 / 3f);
        FloatVector sixth = all(1 / 6f);
        FloatVector minusTwoThirds = all(-2 / 3f);
        FloatVector ofNearOdd = all(-2 / 3f * S);
        FloatVector ofFarOdd = all(Q / 6);
        for (int k = 0; k < kernels; k += LANES) {
            int from = wAt + k;
            int to = uAt + k * Float.BYTES;
            FloatVector w0 = load(w, from);
            FloatVector w1 = load(w, from + STRIP);
            FloatVector w2 = load(w, from + 2 * STRIP);
            FloatVector share = w2.mul(third);
            FloatVector near = w0.mul(minusTwoThirds).sub(share);
            FloatVector nearOdd = w1.mul(ofNearOdd);
            FloatVector far = w0.fma(sixth, share);
            FloatVector farOdd = w1.mul(ofFarOdd);
            w0.intoByteBuffer(u, to, ORDER);
            near.add(nearOdd).intoByteBuffer(u, to + pointBytes, ORDER);
            near.sub(nearOdd).intoByteBuffer(u, to + 2 * pointBytes, ORDER);
            far.add(farOdd).intoByteBuffer(u, to + 3 * pointBytes, ORDER);
            far.sub(farOdd).intoByteBuffer(u, to + 4 * pointBytes, ORDER);
            w2.intoByteBuffer(u, to + 5 * pointBytes, ORDER);
        }
    }

    /** G' of a column of six, the result's rows below each other. */
    static void weightsGradientColumn(ByteBuffer u, int uAt, int rowBytes, float[] column, int at, int kernels) {
        FloatVector two = all(2);
        FloatVector minusThird = all(-1 / 3f);
        FloatVector sixth = all(1 / 6f);
        FloatVector ofNearOdd = all(-2 / 3f * S);
        FloatVector ofFarOdd = all(Q / 6);
        for (int k = 0; k < kernels; k += LANES) {
            int from = uAt + k * Float.BYTES;
            int to = at + k;
            FloatVector u1 = load(u, from + rowBytes);
            FloatVector u2 = load(u, from + 2 * rowBytes);
            FloatVector u3 = load(u, from + 3 * rowBytes);
            FloatVector u4 = load(u, from + 4 * rowBytes);
            FloatVector near = u1.add(u2).mul(minusThird);
            FloatVector nearOdd = u1.sub(u2);
            FloatVector far = u3.add(u4).mul(sixth);
            FloatVector farOdd = u3.sub(u4).mul(ofFarOdd);
            near.fma(two, far.add(load(u, from))).intoArray(column, to);
            nearOdd.fma(ofNearOdd, farOdd).intoArray(column, to + ROW);
            far.fma(two, near.add(load(u, from + 5 * rowBytes))).intoArray(column, to + 2 * ROW);
        }
    }

    /** What it gives is added to what is there. */
    static void weightsGradientRow(float[] u, int uAt, ByteBuffer dw, int dwAt, int elementBytes, int kernels) {
        FloatVector two = all(2);
        FloatVector minusThird = all(-1 / 3f);
        FloatVector sixth = all(1 / 6f);
        FloatVector ofNearOdd = all(-2 / 3f * S);
        FloatVector ofFarOdd = all(Q / 6);
        for (int k = 0; k < kernels; k += LANES) {
            int from = uAt + k;
            int to = dwAt + k * Float.BYTES;
            FloatVector u1 = load(u, from + STRIP);
            FloatVector u2 = load(u, from + 2 * STRIP);
            FloatVector u3 = load(u, from + 3 * STRIP);
            FloatVector u4 = load(u, from + 4 * STRIP);
            FloatVector near = u1.add(u2).mul(minusThird);
            FloatVector nearOdd = u1.sub(u2);
            FloatVector far = u3.add(u4).mul(sixth);
            FloatVector farOdd = u3.sub(u4).mul(ofFarOdd);
            near.fma(two, far.add(load(u, from))).add(load(dw, to)).intoByteBuffer(dw, to, ORDER);
            nearOdd.fma(ofNearOdd, farOdd)
                    .add(load(dw, to + elementBytes))
                    .intoByteBuffer(dw, to + elementBytes, ORDER);
            far.fma(two, near.add(load(u, from + 5 * STRIP)))
                    .add(load(dw, to + 2 * elementBytes))
                    .intoByteBuffer(dw, to + 2 * elementBytes, ORDER);
        }
    }
}
