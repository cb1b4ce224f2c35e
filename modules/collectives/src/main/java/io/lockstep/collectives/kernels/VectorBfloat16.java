package io.lockstep.collectives.kernels;

import static io.lockstep.collectives.kernels.HalfVectors.LANES;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link ScalarBfloat16} in vectors, with the same bits; fewer than a vector's lanes are left to it. */
final class VectorBfloat16 implements HalfFormat {
    private final ScalarBfloat16 scalar = new ScalarBfloat16();

    @Override
    public void narrow(ByteBuffer floats, int floatsAt, ByteBuffer halves, int halvesAt, int count) {
        int bound = count - count % LANES;
        for (int i = 0; i < bound; i += LANES) {
            FloatVector values = HalfVectors.loadFloats(floats, floatsAt + 4 * i);
            IntVector bits = values.reinterpretAsInts();
            IntVector upper = bits.lanewise(VectorOperators.LSHR, 16);
            IntVector rounded = bits.add(0x7FFF).add(upper.and(1)).lanewise(VectorOperators.LSHR, 16);
            IntVector result = rounded.blend(
                    upper.or(0x40), values.compare(VectorOperators.NE, values).cast(HalfVectors.INTS));
            HalfVectors.store(result, halves, halvesAt + 2 * i);
        }
        scalar.narrow(floats, floatsAt + 4 * bound, halves, halvesAt + 2 * bound, count - bound);
    }

    @Override
    public void widen(ByteBuffer halves, int halvesAt, ByteBuffer floats, int floatsAt, int count) {
        int bound = count - count % LANES;
        for (int i = 0; i < bound; i += LANES) {
            IntVector bits = HalfVectors.load(halves, halvesAt + 2 * i).lanewise(VectorOperators.LSHL, 16);
            HalfVectors.storeFloats(bits.reinterpretAsFloats(), floats, floatsAt + 4 * i);
        }
        scalar.widen(halves, halvesAt + 2 * bound, floats, floatsAt + 4 * bound, count - bound);
    }
}
