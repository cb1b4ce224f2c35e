package io.lockstep.collectives.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.Reduction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WireKernelTest {
    private static ByteBuffer random(int floats, long seed) {
        Random random = new Random(seed);
        ByteBuffer buffer = ByteBuffer.allocateDirect(floats * 4).order(ByteOrder.nativeOrder());
        for (int i = 0; i < floats; i++) {
            buffer.putFloat(4 * i, (float) random.nextGaussian());
        }
        return buffer;
    }

    @Test
    void vectorsAndScalarsHaveTheSameBits() {
        assertThat(WireKernels.vectorised()).isTrue();
        WireKernel vector = new VectorFloat32();
        WireKernel scalar = new ScalarFloat32();
        for (int count : new int[] {0, 1, 15, 16, 17, 1000}) {
            for (Reduction reduction : Reduction.values()) {
                ByteBuffer in = random(count, 1);
                ByteBuffer local = random(count, 2);
                ByteBuffer[] outs = {random(count, 3), random(count, 4)};
                vector.reduceForward(reduction, in, 0, local, 0, outs[0], 0, count);
                scalar.reduceForward(reduction, in, 0, local, 0, outs[1], 0, count);
                assertThat(outs[0]).isEqualTo(outs[1]);
                ByteBuffer[] locals = {random(count, 2), random(count, 2)};
                vector.reduceBoth(reduction, in, 0, locals[0], 0, outs[0], 0, count);
                scalar.reduceBoth(reduction, in, 0, locals[1], 0, outs[1], 0, count);
                assertThat(outs[0]).isEqualTo(outs[1]).isEqualTo(locals[0]).isEqualTo(locals[1]);
            }
        }
    }

    @Test
    void everyFloat16SurvivesTheWayThroughFloat32() {
        for (int bits = 0; bits < 65_536; bits++) {
            float value = ScalarFloat16.widen((short) bits);
            if (Float.isNaN(value)) {
                assertThat(ScalarFloat16.widen(ScalarFloat16.narrow(value))).isNaN();
            } else {
                assertThat(ScalarFloat16.narrow(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void narrowingRoundsToTheNearestAndTiesToEven() {
        Random random = new Random(5);
        for (int i = 0; i < 200_000; i++) {
            float value = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(36) - 20));
            short narrow = ScalarFloat16.narrow(value);
            float found = ScalarFloat16.widen(narrow);
            float below = ScalarFloat16.widen((short) (narrow - 1));
            float above = ScalarFloat16.widen((short) (narrow + 1));
            if (Float.isInfinite(found)) {
                assertThat(Math.abs(value)).isGreaterThanOrEqualTo(65_520);
            } else if ((narrow & 0x7FFF) != 0) {
                double error = Math.abs((double) value - found);
                assertThat(error).isLessThanOrEqualTo(Math.abs((double) value - below));
                if (!Float.isInfinite(above)) {
                    assertThat(error).isLessThanOrEqualTo(Math.abs((double) value - above));
                }
            }
        }
        assertThat(ScalarFloat16.widen(ScalarFloat16.narrow(2049))).isEqualTo(2048);
        assertThat(ScalarFloat16.widen(ScalarFloat16.narrow(2051))).isEqualTo(2052);
        assertThat(ScalarFloat16.widen(ScalarFloat16.narrow(65_519.99f))).isEqualTo(65_504);
        assertThat(ScalarFloat16.widen(ScalarFloat16.narrow(65_520))).isInfinite();
        assertThat(ScalarBfloat16.widen(ScalarBfloat16.narrow(257))).isEqualTo(256);
        assertThat(ScalarBfloat16.widen(ScalarBfloat16.narrow(259))).isEqualTo(260);
        assertThat(ScalarBfloat16.widen(ScalarBfloat16.narrow(Float.NaN))).isNaN();
    }

    /** Every exponent, the mantissas around each place where rounding turns, and both signs; infinities and NaNs. */
    private static ByteBuffer everyKindOfFloat() {
        int[] mantissas = new int[4096];
        for (int i = 0; i < mantissas.length; i++) {
            mantissas[i] = (i / 8 << 14) + new int[] {0, 1, 0xFFF, 0x1000, 0x1001, 0x1FFF, 0x2000, 0x3000}[i % 8];
        }
        ByteBuffer floats =
                ByteBuffer.allocateDirect(512 * mantissas.length * 4).order(ByteOrder.nativeOrder());
        for (int exponent = 0; exponent < 512; exponent++) {
            for (int mantissa : mantissas) {
                floats.putInt(exponent << 23 | mantissa & 0x7F_FFFF);
            }
        }
        return floats.clear();
    }

    @Test
    void halvesInVectorsAndInScalarsHaveTheSameBits() {
        ByteBuffer floats = everyKindOfFloat();
        int count = floats.capacity() / 4 - 3; // and a tail
        ByteBuffer every = ByteBuffer.allocateDirect(2 * 65_536).order(ByteOrder.nativeOrder());
        for (int i = 0; i < 65_536; i++) {
            every.putShort(2 * i, (short) i);
        }
        HalfFormat[][] pairs = {{new VectorFloat16(), new ScalarFloat16()}, {new VectorBfloat16(), new ScalarBfloat16()}
        };
        for (HalfFormat[] pair : pairs) {
            ByteBuffer[] halves = {direct(2 * count), direct(2 * count)};
            ByteBuffer[] wide = {direct(4 * 65_536), direct(4 * 65_536)};
            for (int i = 0; i < 2; i++) {
                pair[i].narrow(floats, 0, halves[i], 0, count);
                pair[i].widen(every, 0, wide[i], 0, 65_536);
            }
            assertThat(halves[0].mismatch(halves[1])).isEqualTo(-1);
            assertThat(wide[0].mismatch(wide[1])).isEqualTo(-1);
        }
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    @Test
    void sumsOfHalvesAreRoundedOnceWhateverTheLength() {
        for (int count : new int[] {0, 1, 15, 2048, 2049, 5003}) {
            ByteBuffer local = random(count, 2);
            ByteBuffer wire = direct(2 * count);
            ByteBuffer out = direct(2 * count);
            WireKernel kernel = WireKernels.float16();
            kernel.encode(random(count, 1), 0, wire, 0, count);
            kernel.reduceForward(Reduction.SUM, wire, 0, local, 0, out, 0, count);
            for (int i = 0; i < count; i++) {
                float sum = ScalarFloat16.widen(wire.getShort(2 * i)) + local.getFloat(4 * i);
                assertThat(out.getShort(2 * i)).isEqualTo(ScalarFloat16.narrow(sum));
            }
        }
    }
}
