package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.kernels.ThresholdCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Lockstep's threshold codec beside ND4J's native one: the same elements are sent, and the same residual is left. */
class ThresholdEncodingTest {
    private static final int ELEMENTS = 10_007;

    @ParameterizedTest
    @ValueSource(floats = {3.5f, 2.5f, 2f})
    void sendsAndKeepsWhatNd4jSendsAndKeeps(float threshold) {
        float[] values = gaussian();
        INDArray theirs = Nd4j.createFromArray(values.clone());
        INDArray message = Nd4j.getExecutioner().thresholdEncode(theirs, threshold);
        INDArray theirSent = Nd4j.zeros(ELEMENTS);
        Nd4j.getExecutioner().thresholdDecode(message, theirSent);

        ThresholdCodec codec = ThresholdCodec.get();
        ByteBuffer ours = floats(values);
        int count = codec.count(ours, threshold);
        ByteBuffer ourMessage = direct(ThresholdCodec.messageBytes(count, ELEMENTS));
        codec.encode(ours, threshold, count, ourMessage);
        ByteBuffer ourSent = direct(ELEMENTS * Float.BYTES);
        codec.add(ourMessage, 0, count, threshold, ourSent);

        assertThat(count).isPositive();
        for (int i = 0; i < ELEMENTS; i++) {
            assertThat(ourSent.getFloat(i * Float.BYTES))
                    .as("sent, element %d", i)
                    .isEqualTo(theirSent.getFloat(i));
            assertThat(ours.getFloat(i * Float.BYTES)).as("kept, element %d", i).isEqualTo(theirs.getFloat(i));
        }
    }

    private static float[] gaussian() {
        Random random = new Random(5);
        float[] values = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static ByteBuffer floats(float[] values) {
        ByteBuffer buffer = direct(values.length * Float.BYTES);
        buffer.asFloatBuffer().put(values);
        return buffer;
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
