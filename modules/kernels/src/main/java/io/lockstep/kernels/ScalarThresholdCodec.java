package io.lockstep.kernels;

import java.nio.ByteBuffer;

/** Plain loops. */
final class ScalarThresholdCodec extends ThresholdCodec {
    @Override
    public int count(ByteBuffer residual, float threshold) {
        return countRange(residual, 0, elements(residual), threshold);
    }

    static int countRange(ByteBuffer residual, int start, int end, float threshold) {
        int count = 0;
        for (int i = start; i < end; i++) {
            count += Math.abs(residual.getFloat(i * Float.BYTES)) >= threshold ? 1 : 0;
        }
        return count;
    }

    @Override
    void encodeSparse(ByteBuffer residual, float threshold, ByteBuffer message) {
        encodeRange(residual, 0, elements(residual), threshold, message, 0);
    }
}
