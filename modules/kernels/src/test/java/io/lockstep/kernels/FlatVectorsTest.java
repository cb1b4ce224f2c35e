package io.lockstep.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlatVectorsTest {
    static Stream<FlatVectors> implementations() {
        return Stream.of(new ScalarFlatVectors(), new SimdFlatVectors());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 31, 32, 33, 63, 4095, 4096, 4097, 4128, 100_003})
    void vectorAndScalarGiveTheSameBits(int length) {
        FlatVectors scalar = new ScalarFlatVectors();
        FlatVectors simd = new SimdFlatVectors();
        ByteBuffer x = random(length, 1);
        ByteBuffer same = copy(x);
        ByteBuffer y = random(length, 2);

        assertThat(simd.sumOfSquares(x)).isEqualTo(scalar.sumOfSquares(x));
        assertThat(simd.scaleAndSquare(x, 0.3f)).isEqualTo(scalar.scaleAndSquare(same, 0.3f));
        assertThat(x).isEqualTo(same);
        simd.scale(x, 1.7f);
        scalar.scale(same, 1.7f);
        assertThat(x).isEqualTo(same);
        simd.addScaled(x, -0.1f, y);
        scalar.addScaled(same, -0.1f, y);
        assertThat(x).isEqualTo(same);
        simd.clamp(x, 0.5f);
        scalar.clamp(same, 0.5f);
        assertThat(x).isEqualTo(same);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void valuesExactInFloat(FlatVectors vectors) {
        ByteBuffer x = allocate(100);
        for (int i = 0; i < 100; i++) {
            x.putFloat(4 * i, i);
        }
        assertThat(vectors.sumOfSquares(x)).isEqualTo(328_350);
        assertThat(vectors.scaleAndSquare(x, 2)).isEqualTo(4 * 328_350);
        assertThat(x.getFloat(4 * 99)).isEqualTo(198);
        vectors.addScaled(x, 0.5f, copy(x));
        assertThat(x.getFloat(4 * 99)).isEqualTo(297);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void oneBadElementShows(FlatVectors vectors) {
        for (int length : new int[] {1, 33, 5000}) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                ByteBuffer x = random(length, 3);
                x.putFloat(4 * (length - 1), bad);
                assertThat(vectors.allFinite(x)).isFalse();
                assertThat(vectors.scaleAndSquare(x, 0.5f)).isNotFinite();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void largeFiniteElementsAreFinite(FlatVectors vectors) {
        ByteBuffer x = allocate(64);
        for (int i = 0; i < 64; i++) {
            x.putFloat(4 * i, Float.MAX_VALUE);
        }
        assertThat(vectors.allFinite(x)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void onlyTheRangeBetweenPositionAndLimitIsTouched(FlatVectors vectors) {
        ByteBuffer x = allocate(100);
        for (int i = 0; i < 100; i++) {
            x.putFloat(4 * i, 1);
        }
        ByteBuffer range =
                x.duplicate().order(ByteOrder.nativeOrder()).position(40).limit(240);
        assertThat(vectors.scaleAndSquare(range, 3)).isEqualTo(450);
        assertThat(range.position()).isEqualTo(40);
        assertThat(vectors.sumOfSquares(x)).isEqualTo(500);
    }

    @Test
    void refusesWhatIsNoVector() {
        FlatVectors vectors = FlatVectors.get();
        assertThatThrownBy(() -> vectors.scale(ByteBuffer.allocate(8), 1)).hasMessageContaining("on the heap");
        assertThatThrownBy(() -> vectors.scale(ByteBuffer.allocateDirect(8).order(ByteOrder.BIG_ENDIAN), 1))
                .hasMessageContaining("BIG_ENDIAN");
        assertThatThrownBy(() -> vectors.scale(allocate(2).limit(7), 1)).hasMessageContaining("whole floats");
        assertThatThrownBy(() -> vectors.addScaled(allocate(2), 1, allocate(3))).hasMessage("2 floats += 3 floats");
    }

    private static ByteBuffer allocate(int floats) {
        return ByteBuffer.allocateDirect(4 * floats).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer random(int floats, long seed) {
        ByteBuffer x = allocate(floats);
        Random random = new Random(seed);
        for (int i = 0; i < floats; i++) {
            x.putFloat(4 * i, (float) random.nextGaussian());
        }
        return x;
    }

    private static ByteBuffer copy(ByteBuffer x) {
        return ByteBuffer.allocateDirect(x.limit()).put(x.duplicate()).flip().order(ByteOrder.nativeOrder());
    }
}
