package io.lockstep.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Vector API's passes against the plain loops, and these against their definitions. */
class RowPassesTest {
    private static final int AT = 8; // bytes before the first element

    private final RowPasses scalar = new ScalarRowPasses();
    private final RowPasses simd = new SimdRowPasses();

    private static ByteBuffer random(int elements, long seed) {
        Random random = new Random(seed);
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(AT + elements * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < elements; i++) {
            buffer.putFloat(AT + i * Float.BYTES, (float) (3 * random.nextGaussian()));
        }
        return buffer;
    }

    private static void assertSame(ByteBuffer actual, ByteBuffer expected) {
        for (int at = 0; at < expected.limit(); at += Float.BYTES) {
            float wanted = expected.getFloat(at);
            assertThat(actual.getFloat(at)).as("byte " + at).isCloseTo(wanted, within(1e-5f * (1 + Math.abs(wanted))));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 17, 64, 131})
    void bothSoftmaxAlike(int elements) {
        for (int count : new int[] {1, elements / 2 + 1, elements}) {
            ByteBuffer a = random(elements, elements);
            ByteBuffer b = random(elements, elements);
            ByteBuffer again = random(elements, elements);
            float logSum = scalar.softmax(a, AT, count, elements);
            assertThat(simd.softmax(b, AT, count, elements)).isCloseTo(logSum, within(1e-5f));
            assertSame(b, a);
            simd.softmaxAgain(again, AT, count, elements, logSum);
            assertSame(again, a);
            double sum = 0;
            for (int i = 0; i < elements; i++) {
                sum += a.getFloat(AT + i * Float.BYTES);
            }
            assertThat(sum).isCloseTo(1, within(1e-5));
            ByteBuffer da = random(elements, 5);
            ByteBuffer db = random(elements, 5);
            scalar.softmaxGradient(a, AT, 0.3f, 0.5f, da, AT, elements);
            simd.softmaxGradient(b, AT, 0.3f, 0.5f, db, AT, elements);
            assertSame(db, da);
        }
    }

    @Test
    void softmaxOfNothingIsZero() {
        for (RowPasses passes : new RowPasses[] {scalar, simd}) {
            ByteBuffer x = random(20, 1);
            for (int i = 0; i < 20; i++) {
                x.putFloat(AT + i * Float.BYTES, Float.NEGATIVE_INFINITY);
            }
            assertThat(passes.softmax(x, AT, 20, 20)).isEqualTo(Float.POSITIVE_INFINITY);
            assertThat(x.getFloat(AT + 19 * Float.BYTES)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 17, 64, 131})
    void bothNormaliseAlike(int elements) {
        for (int biasAt : new int[] {-1, AT}) {
            ByteBuffer x = random(elements, 1);
            ByteBuffer parameters = random(elements, 2);
            ByteBuffer[] y = {random(elements, 0), random(elements, 0)};
            ByteBuffer[] saved = {random(2, 0), random(2, 0)};
            ByteBuffer[] sums = {random(2 * elements, 4), random(2 * elements, 4)};
            ByteBuffer[] dx = {random(elements, 0), random(elements, 0)};
            RowPasses[] passes = {scalar, simd};
            for (int i = 0; i < 2; i++) {
                passes[i].layerNorm(x, AT, parameters, AT, biasAt, 1e-3, y[i], AT, saved[i], AT, elements);
                passes[i].layerNormGradient(
                        x, AT, parameters, AT, saved[0], AT, random(elements, 3), AT, sums[i], AT, dx[i], AT, elements);
            }
            assertSame(y[1], y[0]);
            assertSame(saved[1], saved[0]);
            assertSame(sums[1], sums[0]);
            assertSame(dx[1], dx[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 17, 131})
    void bothAddAndMultiplyAlike(int elements) {
        ByteBuffer x = random(elements, 1);
        ByteBuffer a = random(elements, 2);
        ByteBuffer b = random(elements, 2);
        assertThat(simd.dot(x, AT, a, AT, elements))
                .isCloseTo(scalar.dot(x, AT, a, AT, elements), within(1e-4f * elements));
        scalar.add(x, AT, a, AT, elements);
        simd.add(x, AT, b, AT, elements);
        assertThat(b).isEqualTo(a);
    }
}
