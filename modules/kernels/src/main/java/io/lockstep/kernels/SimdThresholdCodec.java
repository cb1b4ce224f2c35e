package io.lockstep.kernels;

import static jdk.incubator.vector.VectorOperators.GE;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The Vector API's: looks at a vector of elements at once, and one by one only where some of them are sent. */
final class SimdThresholdCodec extends ThresholdCodec {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();

    @Override
    public int count(ByteBuffer residual, float threshold) {
        int elements = elements(residual);
        int whole = elements - elements % LANES;
        int count = 0;
        for (int i = 0; i < whole; i += LANES) {
            count += FloatVector.fromByteBuffer(FLOATS, residual, i * Float.BYTES, ORDER)
                    .abs()
                    .compare(GE, threshold)
                    .trueCount();
        }
        return count + ScalarThresholdCodec.countRange(residual, whole, elements, threshold);
    }

    @Override
    void encodeSparse(ByteBuffer residual, float threshold, ByteBuffer message) {
        int elements = elements(residual);
        int whole = elements - elements % LANES;
        int at = 0;
        for (int i = 0; i < whole; i += LANES) {
            boolean some = FloatVector.fromByteBuffer(FLOATS, residual, i * Float.BYTES, ORDER)
                    .abs()
                    .compare(GE, threshold)
                    .anyTrue();
            if (some) {
                at = encodeRange(residual, i, i + LANES, threshold, message, at);
            }
        }
        encodeRange(residual, whole, elements, threshold, message, at);
    }
}
