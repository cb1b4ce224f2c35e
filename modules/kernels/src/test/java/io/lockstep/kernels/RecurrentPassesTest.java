package io.lockstep.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Vector API's passes against the plain loops. */
class RecurrentPassesTest {
    private static final int ROWS = 20;

    private static ByteBuffer random(int elements) {
        Random random = new Random(3);
        ByteBuffer buffer = ByteBuffer.allocateDirect(elements * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < elements; i++) {
            buffer.putFloat(i * Float.BYTES, (float) (2 * random.nextGaussian()));
        }
        return buffer;
    }

    /** Runs on one buffer, in whose rows of {@code units} all arguments lie. */
    private static void same(int units, Consumer<ByteBuffer> first, Consumer<ByteBuffer> second) {
        ByteBuffer a = random(ROWS * units);
        ByteBuffer b = random(ROWS * units);
        first.accept(a);
        second.accept(b);
        for (int at = 0; at < a.limit(); at += Float.BYTES) {
            float wanted = a.getFloat(at);
            assertThat(b.getFloat(at))
                    .as("element " + at / Float.BYTES)
                    .isCloseTo(wanted, within(2e-6f * (1 + Math.abs(wanted))));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 48, 100})
    void bothAreAlike(int units) {
        RecurrentPasses scalar = new ScalarRecurrentPasses();
        RecurrentPasses simd = new SimdRecurrentPasses();
        same(units, x -> lstm(scalar, x, units), x -> lstm(simd, x, units));
        same(units, x -> gru(scalar, x, units), x -> gru(simd, x, units));
        same(units, x -> simple(scalar, x, units), x -> simple(simd, x, units));
    }

    private static void lstm(RecurrentPasses passes, ByteBuffer x, int units) {
        int row = units * Float.BYTES;
        passes.lstm(x, 0, x, 4 * row, x, 8 * row, x, 9 * row, x, 10 * row, units);
        passes.lstmGradient(x, 0, x, 8 * row, x, 9 * row, x, 10 * row, x, 11 * row, x, 12 * row, units);
    }

    private static void gru(RecurrentPasses passes, ByteBuffer x, int units) {
        int row = units * Float.BYTES;
        passes.gru(x, 0, x, 3 * row, x, 6 * row, x, 12 * row, x, 13 * row, x, 14 * row, units);
        passes.gruGradient(x, 0, x, 13 * row, x, 12 * row, x, 14 * row, x, 15 * row, units);
    }

    private static void simple(RecurrentPasses passes, ByteBuffer x, int units) {
        int row = units * Float.BYTES;
        passes.tanh(x, 0, x, row, x, 2 * row, units);
        passes.tanhGradient(x, 2 * row, x, 3 * row, x, 4 * row, x, 5 * row, units);
    }

    @Test
    void functionsAreRightOverTheirWholeRange() {
        for (double x = -100; x < 88; x += 0.037) {
            FloatVector vector = FloatVector.broadcast(SimdMath.FLOATS, (float) x);
            float exact = (float) Math.exp((float) x);
            assertThat(SimdMath.exp(vector).lane(0)).as("exp " + x).isCloseTo(exact, within(3e-7f * exact + 1e-37f));
            assertThat(SimdMath.tanh(vector).lane(0))
                    .as("tanh " + x)
                    .isCloseTo((float) Math.tanh((float) x), within(5e-7f));
            assertThat(SimdMath.sigmoid(vector).lane(0))
                    .as("sigmoid " + x)
                    .isCloseTo((float) (1 / (1 + Math.exp(-(float) x))), within(2e-7f));
        }
        for (double x = 1e-6; x < 1; x *= 1.3) {
            float exact = (float) Math.tanh((float) x);
            assertThat(SimdMath.tanh(FloatVector.broadcast(SimdMath.FLOATS, (float) x))
                            .lane(0))
                    .as("tanh " + x)
                    .isCloseTo(exact, within(2e-6f * exact));
        }
        assertThat(SimdMath.exp(FloatVector.broadcast(SimdMath.FLOATS, Float.NaN))
                        .lane(0))
                .isNaN();
    }
}
