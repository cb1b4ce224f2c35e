package io.lockstep.runs.folder;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Lines of the logs as TensorBoard reads them: TFRecords of {@code tensorflow.Event} messages. The few fields that scalars
 * take are encoded here; TensorFlow's own classes would bring all of its protocol.
 */
public final class TensorBoardRecords {
    /** TensorBoard knows its files by a part of this name. */
    public static final String FILE = "events.out.tfevents.lockstep";

    private static final int CRC_MASK = 0xa282ead8;
    // protocol buffers: field number << 3 | wire type
    private static final int EVENT_WALL_TIME = 1 << 3 | 1;
    private static final int EVENT_STEP = 2 << 3;
    private static final int EVENT_FILE_VERSION = 3 << 3 | 2;
    private static final int EVENT_SUMMARY = 5 << 3 | 2;
    private static final int SUMMARY_VALUE = 1 << 3 | 2;
    private static final int VALUE_TAG = 1 << 3 | 2;
    private static final int VALUE_SIMPLE = 2 << 3 | 5;

    private TensorBoardRecords() {}

    /** What a file begins with. */
    static byte[] header() {
        var event = new ByteArrayOutputStream();
        writeDouble(event, EVENT_WALL_TIME, 0);
        writeBytes(event, EVENT_FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
        return record(event.toByteArray());
    }

    static byte[] of(MetricsLine line) {
        Map<String, Double> scalars = new LinkedHashMap<>();
        scalars.put("train/loss", line.loss());
        if (line.accuracy() != null) {
            scalars.put("train/accuracy", line.accuracy());
        }
        scalars.put("train/learning_rate", line.learningRate());
        scalars.put("speed/examples_per_second", line.examplesPerSecond());
        scalars.put("speed/bytes_sent", (double) line.bytesSent());
        scalars.put("time_ms/data_wait", line.timeMs().dataWait());
        scalars.put("time_ms/forward_backward", line.timeMs().forwardBackward());
        scalars.put("time_ms/reduce_wait", line.timeMs().reduceWait());
        scalars.put("time_ms/update", line.timeMs().update());
        line.measures().forEach((name, value) -> scalars.put("players/" + name, value));
        return event(line.time(), line.step(), scalars);
    }

    static byte[] of(EvaluationLine line) {
        Map<String, Double> scalars = new LinkedHashMap<>();
        EvaluationLine.tested(line.test()).forEach((name, value) -> scalars.put(name.replaceFirst("_", "/"), value));
        return event(line.time(), line.step(), scalars);
    }

    private static byte[] event(String time, long step, Map<String, Double> scalars) {
        var summary = new ByteArrayOutputStream();
        scalars.forEach((tag, value) -> {
            var scalar = new ByteArrayOutputStream();
            writeBytes(scalar, VALUE_TAG, tag.getBytes(StandardCharsets.UTF_8));
            scalar.write(VALUE_SIMPLE);
            scalar.writeBytes(
                    littleEndian(Float.BYTES).putFloat(value.floatValue()).array());
            writeBytes(summary, SUMMARY_VALUE, scalar.toByteArray());
        });
        var event = new ByteArrayOutputStream();
        // of a log before lines had their time
        writeDouble(
                event, EVENT_WALL_TIME, time == null ? 0 : Instant.parse(time).toEpochMilli() / 1e3);
        event.write(EVENT_STEP);
        writeVarint(event, step);
        writeBytes(event, EVENT_SUMMARY, summary.toByteArray());
        return record(event.toByteArray());
    }

    private static byte[] record(byte[] data) {
        byte[] length = littleEndian(Long.BYTES).putLong(data.length).array();
        return littleEndian(2 * Integer.BYTES + length.length + data.length)
                .put(length)
                .putInt(maskedChecksum(length))
                .put(data)
                .putInt(maskedChecksum(data))
                .array();
    }

    static int maskedChecksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        int value = (int) checksum.getValue();
        return Integer.rotateRight(value, 15) + CRC_MASK;
    }

    private static void writeDouble(ByteArrayOutputStream out, int tag, double value) {
        out.write(tag);
        out.writeBytes(littleEndian(Double.BYTES).putDouble(value).array());
    }

    private static void writeBytes(ByteArrayOutputStream out, int tag, byte[] bytes) {
        out.write(tag);
        writeVarint(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void writeVarint(ByteArrayOutputStream out, long value) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            out.write((int) (left & 0x7f | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
