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
            float value = HalfWidth.fromFloat16((short) bits);
            if (Float.isNaN(value)) {
                assertThat(HalfWidth.fromFloat16(HalfWidth.toFloat16(value))).isNaN();
            } else {
                assertThat(HalfWidth.toFloat16(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void narrowingRoundsToTheNearestAndTiesToEven() {
        Random random = new Random(5);
        for (int i = 0; i < 200_000; i++) {
            float value = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(36) - 20));
            short narrow = HalfWidth.toFloat16(value);
            float found = HalfWidth.fromFloat16(narrow);
            float below = HalfWidth.fromFloat16((short) (narrow - 1));
            float above = HalfWidth.fromFloat16((short) (narrow + 1));
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
        assertThat(HalfWidth.fromFloat16(HalfWidth.toFloat16(2049))).isEqualTo(2048);
        assertThat(HalfWidth.fromFloat16(HalfWidth.toFloat16(2051))).isEqualTo(2052);
        assertThat(HalfWidth.fromFloat16(HalfWidth.toFloat16(65_519.99f))).isEqualTo(65_504);
        assertThat(HalfWidth.fromFloat16(HalfWidth.toFloat16(65_520))).isInfinite();
        assertThat(Float.intBitsToFloat(HalfWidth.toBfloat16(257) << 16)).isEqualTo(256);
        assertThat(Float.intBitsToFloat(HalfWidth.toBfloat16(259) << 16)).isEqualTo(260);
        assertThat(Float.intBitsToFloat(HalfWidth.toBfloat16(Float.NaN) << 16)).isNaN();
    }
}
