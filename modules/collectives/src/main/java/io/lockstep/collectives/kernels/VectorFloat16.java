package io.lockstep.collectives.kernels;

import static io.lockstep.collectives.kernels.HalfVectors.LANES;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link ScalarFloat16} in vectors, with the same bits: every case is computed, and the right one blended in. Fewer than
 * a vector's lanes are left to it.
 */
final class VectorFloat16 implements HalfFormat {
    private final ScalarFloat16 scalar = new ScalarFloat16();

    @Override
    public void narrow(ByteBuffer floats, int floatsAt, ByteBuffer halves, int halvesAt, int count) {
        int bound = count - count % LANES;
        for (int i = 0; i < bound; i += LANES) {
            IntVector bits = HalfVectors.loadFloats(floats, floatsAt + 4 * i).reinterpretAsInts();
            HalfVectors.store(narrow(bits), halves, halvesAt + 2 * i);
        }
        scalar.narrow(floats, floatsAt + 4 * bound, halves, halvesAt + 2 * bound, count - bound);
    }

    private static IntVector narrow(IntVector bits) {
        IntVector sign = bits.lanewise(VectorOperators.LSHR, 16).and(0x8000);
        IntVector magnitude = bits.and(0x7FFF_FFFF);
        IntVector rebiased = magnitude.sub(112 << 23);
        IntVector odd = rebiased.lanewise(VectorOperators.LSHR, 13).and(1);
        IntVector normal = rebiased.add(0xFFF).add(odd).lanewise(VectorOperators.LSHR, 13);
        IntVector subnormal =
                magnitude.reinterpretAsFloats().add(0.5f).reinterpretAsInts().sub(0x3F00_0000);
        return normal.blend(subnormal, magnitude.compare(VectorOperators.LT, 0x3880_0000))
                .blend(0x7C00, magnitude.compare(VectorOperators.GE, 0x4780_0000))
                .blend(0x7E00, magnitude.compare(VectorOperators.GT, 0x7F80_0000))
                .or(sign);
    }

    @Override
    public void widen(ByteBuffer halves, int halvesAt, ByteBuffer floats, int floatsAt, int count) {
        int bound = count - count % LANES;
        for (int i = 0; i < bound; i += LANES) {
            IntVector bits = widen(HalfVectors.load(halves, halvesAt + 2 * i));
            HalfVectors.storeFloats(bits.reinterpretAsFloats(), floats, floatsAt + 4 * i);
        }
        scalar.widen(halves, halvesAt + 2 * bound, floats, floatsAt + 4 * bound, count - bound);
    }

    private static IntVector widen(IntVector half) {
        IntVector sign = half.and(0x8000).lanewise(VectorOperators.LSHL, 16);
        IntVector magnitude = half.and(0x7FFF);
        IntVector shifted = magnitude.lanewise(VectorOperators.LSHL, 13);
        FloatVector units = (FloatVector) magnitude.convert(VectorOperators.I2F, 0);
        IntVector subnormal = units.mul(0x1p-24f).reinterpretAsInts();
        return shifted.add(112 << 23)
                .blend(subnormal, magnitude.compare(VectorOperators.LT, 0x400))
                .blend(shifted.or(0x7F80_0000), magnitude.compare(VectorOperators.GE, 0x7C00))
                .or(sign);
    }
}
