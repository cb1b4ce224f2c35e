package io.lockstep.collectives.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.Reduction;
import java.nio.ByteBuffer;

/** Vectors of ranks whose sums and maxima are exact in float32, and what they must become. */
final class ExactVectors {
    private ExactVectors() {}

    /** Element i of rank r: an integer in [-50, 50]. */
    static float value(int rank, int i) {
        return (i * 31 + rank * 17 + 7) % 101 - 50;
    }

    static ByteBuffer vector(int rank, int length) {
        ByteBuffer vector = World.floats(length);
        for (int i = 0; i < length; i++) {
            vector.putFloat(i * Float.BYTES, value(rank, i));
        }
        return vector;
    }

    static float sum(int worldSize, int i) {
        float sum = 0;
        for (int rank = 0; rank < worldSize; rank++) {
            sum += value(rank, i);
        }
        return sum;
    }

    static float max(int worldSize, int i) {
        float max = Float.NEGATIVE_INFINITY;
        for (int rank = 0; rank < worldSize; rank++) {
            max = Math.max(max, value(rank, i));
        }
        return max;
    }

    /** What element i must be. */
    @FunctionalInterface
    interface Expected {
        float at(int i);
    }

    static void assertVector(ByteBuffer vector, long from, long to, Expected expected) {
        for (int i = (int) from; i < to; i++) {
            float found = vector.getFloat(i * Float.BYTES);
            if (found != expected.at(i)) {
                assertThat(found)
                        .as("element %d of %d", i, vector.capacity() / 4)
                        .isEqualTo(expected.at(i));
            }
        }
    }

    /** Values repeat every 101 elements, and so do their sums: quick to check. */
    static void assertSums(ByteBuffer vector, int worldSize) {
        float[] period = new float[101];
        for (int i = 0; i < period.length; i++) {
            period[i] = sum(worldSize, i);
        }
        assertVector(vector, 0, vector.capacity() / Float.BYTES, i -> period[i % 101]);
    }

    /** A thousand periods of values, to be copied and compared as a whole. */
    static ByteBuffer periods(Expected value) {
        ByteBuffer periods = World.floats(101_000);
        for (int i = 0; i < 101_000; i++) {
            periods.putFloat(i * Float.BYTES, value.at(i % 101));
        }
        return periods;
    }

    /** Small enough that every sum of theirs is exact in bfloat16, whose integers are up to 256. */
    static float smallValue(int rank, int i) {
        return (i + 3 * rank) % 7 - 3;
    }

    /** Element i of {@link #smallValue}'s reduction, of i from 0 to 6: they repeat. */
    static float[] periodOfSmall(Reduction reduction, int worldSize) {
        float[] period = new float[7];
        for (int i = 0; i < period.length; i++) {
            period[i] = smallValue(0, i);
            for (int rank = 1; rank < worldSize; rank++) {
                float value = smallValue(rank, i);
                period[i] = reduction == Reduction.SUM ? period[i] + value : Math.max(period[i], value);
            }
        }
        return period;
    }
}
