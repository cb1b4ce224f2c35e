package io.lockstep.runs.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.training.Evaluation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The file's bytes, read as the formats' descriptions have them. */
class TensorBoardRecordsTest {
    @Test
    void aTestIsAnEventOfTwoScalars() {
        var line = new EvaluationLine("2026-01-02T03:04:05.500Z", 300, 7, new Evaluation(100, 0.25, 0.75));

        ByteBuffer event = unframed(TensorBoardRecords.of(line));

        assertThat(event.get()).isEqualTo((byte) 0x09); // wall_time, 64 bits
        assertThat(event.getDouble()).isEqualTo(1767323045.5);
        assertThat(event.get()).isEqualTo((byte) 0x10); // step, a varint: 300 is 0xAC 0x02
        assertThat(event.getShort()).isEqualTo((short) 0x02AC);
        assertThat(event.get()).isEqualTo((byte) 0x2A); // summary
        assertThat(event.get()).isEqualTo((byte) event.remaining());
        Map<String, Float> scalars = new LinkedHashMap<>();
        while (event.hasRemaining()) {
            assertThat(event.get()).isEqualTo((byte) 0x0A); // value
            event.get();
            assertThat(event.get()).isEqualTo((byte) 0x0A); // tag
            byte[] tag = new byte[event.get()];
            event.get(tag);
            assertThat(event.get()).isEqualTo((byte) 0x15); // simple_value, 32 bits
            scalars.put(new String(tag, StandardCharsets.UTF_8), event.getFloat());
        }
        assertThat(scalars).containsOnly(Map.entry("test/loss", 0.25f), Map.entry("test/accuracy", 0.75f));
    }

    /** As every file begins that TensorFlow writes. */
    @Test
    void theFirstRecordTellsTheVersion() {
        ByteBuffer event = unframed(TensorBoardRecords.header());

        byte[] bytes = new byte[event.remaining()];
        event.get(bytes);
        assertThat(HexFormat.of().formatHex(bytes, 9, bytes.length))
                .isEqualTo("1a0d" + HexFormat.of().formatHex("brain.Event:2".getBytes(StandardCharsets.UTF_8)));
    }

    /** CRC-32C of 32 zeros by RFC 3720, B.4, is 8a9136aa; rotated by 15 bits 6d551522. */
    @Test
    void checksumsAreMasked() {
        assertThat(TensorBoardRecords.maskedChecksum(new byte[32])).isEqualTo(0x6d551522 + 0xa282ead8);
    }

    private static ByteBuffer unframed(byte[] record) {
        ByteBuffer in = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        byte[] length = new byte[8];
        in.get(length);
        assertThat(in.getInt()).isEqualTo(TensorBoardRecords.maskedChecksum(length));
        byte[] data = new byte
                [Math.toIntExact(
                        ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong())];
        in.get(data);
        assertThat(in.getInt()).isEqualTo(TensorBoardRecords.maskedChecksum(data));
        assertThat(in.hasRemaining()).isFalse();
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }
}
