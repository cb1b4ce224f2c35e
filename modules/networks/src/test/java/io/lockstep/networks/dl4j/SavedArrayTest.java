package io.lockstep.networks.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class SavedArrayTest {
    static Stream<INDArray> arrays() {
        return Stream.of(
                Nd4j.rand(DataType.FLOAT, 1, 17),
                Nd4j.rand(DataType.FLOAT, 17),
                Nd4j.rand(DataType.FLOAT, 1, 1),
                cube(),
                cube().dup('f'),
                cube().permute(2, 0, 1),
                cube().get(NDArrayIndex.all(), NDArrayIndex.point(2)),
                Nd4j.scalar(2.5f),
                Nd4j.rand(DataType.DOUBLE, 2, 3),
                Nd4j.createFromArray(1, 2, 3));
    }

    /** A new one each time: JUnit closes what it hands to a test. */
    private static INDArray cube() {
        return Nd4j.rand(DataType.FLOAT, 3, 4, 5);
    }

    @ParameterizedTest
    @MethodSource("arrays")
    void anArrayIsReadAsItWasWritten(INDArray array) throws IOException {
        INDArray read = SavedArray.read(written(array));
        assertThat(read.dataType()).isEqualTo(array.dataType());
        assertThat(read.shape()).isEqualTo(array.shape());
        assertThat(read).isEqualTo(array);
    }

    @Test
    void anArrayThatEndsTooEarlyIsNone() throws IOException {
        byte[] whole = written(Nd4j.rand(DataType.FLOAT, 1, 17));
        for (int length : new int[] {0, 1, 30, whole.length / 2, whole.length - 1}) {
            assertThatThrownBy(() -> SavedArray.read(Arrays.copyOf(whole, length)))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(Exception.class);
        }
    }

    private static byte[] written(INDArray array) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            Nd4j.write(array, out);
        }
        return bytes.toByteArray();
    }
}
