package io.lockstep.kernels;

import java.nio.ByteBuffer;

/** Plain loops; also the yardstick of {@link SimdFlatVectors}, which must give the same bits. */
final class ScalarFlatVectors extends FlatVectors {
    @Override
    void scaleFloats(ByteBuffer x, float factor) {
        for (int at = 0; at < x.limit(); at += Float.BYTES) {
            x.putFloat(at, x.getFloat(at) * factor);
        }
    }

    @Override
    void addSquares(ByteBuffer x, double[] partial) {
        for (int at = 0; at < x.limit(); at += Float.BYTES) {
            double value = x.getFloat(at);
            partial[at / Float.BYTES % PARTIAL_SUMS] += value * value;
        }
    }

    @Override
    void scaleAndAddSquares(ByteBuffer x, float factor, double[] partial) {
        for (int at = 0; at < x.limit(); at += Float.BYTES) {
            float scaled = x.getFloat(at) * factor;
            x.putFloat(at, scaled);
            partial[at / Float.BYTES % PARTIAL_SUMS] += (double) scaled * scaled;
        }
    }

    @Override
    void clampFloats(ByteBuffer x, float limit) {
        for (int at = 0; at < x.limit(); at += Float.BYTES) {
            x.putFloat(at, Math.min(limit, Math.max(-limit, x.getFloat(at))));
        }
    }

    @Override
    void addScaledFloats(ByteBuffer y, float a, ByteBuffer x) {
        for (int at = 0; at < y.limit(); at += Float.BYTES) {
            y.putFloat(at, y.getFloat(at) + a * x.getFloat(at));
        }
    }
}
