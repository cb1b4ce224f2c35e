package io.lockstep.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ThresholdCodecTest {
    private static final int[] LENGTHS = {0, 1, 15, 16, 17, 31, 33, 1000, 100_003};

    /** Implementations, lengths, and thresholds for which few, some and nearly all elements are sent. */
    static Stream<Arguments> cases() {
        return Stream.of(new ScalarThresholdCodec(), new SimdThresholdCodec())
                .flatMap(codec -> java.util.Arrays.stream(LENGTHS)
                        .boxed()
                        .flatMap(length -> Stream.of(3f, 2f, 1f, 0.01f).map(t -> Arguments.of(codec, length, t))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsSentAndWhatIsLeftAreTheResidualBitForBit(ThresholdCodec codec, int length, float threshold) {
        float exact = ThresholdCodec.exact(threshold);
        ByteBuffer residual = gaussian(length, 5);
        ByteBuffer before = copy(residual);
        int count = codec.count(residual, exact);
        ByteBuffer message = allocate(ThresholdCodec.messageBytes(count, length) / 4);
        codec.encode(residual, exact, count, message);

        ByteBuffer sent = allocate(length);
        codec.add(message, 0, count, exact, sent);

        int nonZero = 0;
        for (int i = 0; i < length; i++) {
            float value = sent.getFloat(4 * i);
            assertThat(value + residual.getFloat(4 * i)).isEqualTo(before.getFloat(4 * i));
            boolean reaches = Math.abs(before.getFloat(4 * i)) >= exact;
            assertThat(value).isEqualTo(reaches ? Math.copySign(exact, before.getFloat(4 * i)) : 0);
            nonZero += value != 0 ? 1 : 0;
        }
        assertThat(nonZero).isEqualTo(count);
    }

    @Test
    void vectorAndScalarWriteTheSameBytes() {
        for (int length : LENGTHS) {
            ByteBuffer residual = gaussian(length, 7);
            ByteBuffer same = copy(residual);
            int count = new SimdThresholdCodec().count(residual, 2.5f);
            assertThat(count).isEqualTo(new ScalarThresholdCodec().count(residual, 2.5f));
            int words = ThresholdCodec.messageBytes(count, length) / 4;
            ByteBuffer message = allocate(words);
            ByteBuffer sameMessage = allocate(words);
            new SimdThresholdCodec().encode(residual, 2.5f, count, message);
            new ScalarThresholdCodec().encode(same, 2.5f, count, sameMessage);
            assertThat(message).isEqualTo(sameMessage);
            assertThat(residual).isEqualTo(same);
        }
    }

    @Test
    void aMessageIsNeverLongerThanABitmap() {
        for (int count : new int[] {0, 1, 6250, 6251, 100_000}) {
            assertThat(ThresholdCodec.messageBytes(count, 100_000)).isLessThanOrEqualTo(100_000 / 4);
        }
        assertThat(ThresholdCodec.messageBytes(10, 100_000)).isEqualTo(40);
    }

    @Test
    void aMessageThatNamesAnElementTooFarIsRefused() {
        ByteBuffer message = allocate(1);
        message.putInt(0, 100);
        assertThatThrownBy(() -> ThresholdCodec.get().add(message, 0, 1, 1, allocate(100)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("element 100 of 100");
    }

    @Test
    void exactThresholdsHaveEightSignificantBits() {
        assertThat(ThresholdCodec.exact(1)).isEqualTo(1);
        assertThat(ThresholdCodec.exact(0.1f)).isLessThanOrEqualTo(0.1f).isGreaterThan(0.099f);
        assertThat(ThresholdCodec.exact(255f / 128)).isEqualTo(255f / 128);
        assertThat(ThresholdCodec.exact(257f / 128)).isEqualTo(256f / 128);
    }

    private static ByteBuffer gaussian(int length, long seed) {
        Random random = new Random(seed);
        ByteBuffer values = allocate(length);
        for (int i = 0; i < length; i++) {
            values.putFloat(4 * i, (float) random.nextGaussian());
        }
        return values;
    }

    private static ByteBuffer copy(ByteBuffer x) {
        return allocate(x.limit() / 4).put(0, x, 0, x.limit());
    }

    private static ByteBuffer allocate(int floats) {
        return ByteBuffer.allocateDirect(4 * floats).order(ByteOrder.nativeOrder());
    }
}
