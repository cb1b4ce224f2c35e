package io.lockstep.networks.dl4j;

import io.lockstep.training.Replica;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network as DL4J's ModelSerializer writes it, entry for entry and byte for byte, but for the zip's compression: floats
 * hardly shrink, and squeezing those of ResNet-18 with their momentum takes seconds. Taking it is one pass over memory, in
 * which the floats get the file's byte order; writing it is left to another thread.
 */
final class NetworkSnapshot implements Replica.Snapshot {
    private static final int CHUNK = 1 << 18;

    private final Array parameters;
    private final Array updaterState;
    private byte[] configuration;

    /** Of an array, always of the same length. */
    private static final class Array {
        final byte[] header;
        final ByteBuffer source;
        final ByteBuffer copy;

        /** @param source the array's memory */
        Array(INDArray array, ByteBuffer source) {
            header = header(array);
            this.source = source;
            copy = ByteBuffer.allocateDirect(source.limit()); // big-endian, as DataOutputStream writes
        }

        /** What {@link Nd4j#write} writes before the numbers. */
        private static byte[] header(INDArray array) {
            var bytes = new ByteArrayOutputStream();
            try (var out = new DataOutputStream(bytes)) {
                array.shapeInfoDataBuffer().write(out);
                DataBuffer data = array.data();
                out.writeUTF(data.allocationMode().name());
                out.writeLong(data.length());
                out.writeUTF(data.dataType().name());
            } catch (IOException e) {
                throw new UncheckedIOException(e); // of memory
            }
            return bytes.toByteArray();
        }

        void take() {
            var floats = source.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
            copy.asFloatBuffer().put(floats);
        }

        void writeTo(ZipOutputStream zip, String name) throws IOException {
            CRC32 checksum = new CRC32();
            checksum.update(header);
            checksum.update(copy.duplicate());
            begin(zip, name, (long) header.length + copy.limit(), checksum.getValue());
            zip.write(header);
            byte[] chunk = new byte[CHUNK];
            for (ByteBuffer left = copy.duplicate(); left.hasRemaining(); ) {
                int count = Math.min(CHUNK, left.remaining());
                left.get(chunk, 0, count);
                zip.write(chunk, 0, count);
            }
            zip.closeEntry();
        }
    }

    /**
     * @param parameters the graph's own memory
     * @param updaterState the same, empty where there is none
     */
    NetworkSnapshot(ComputationGraph graph, ByteBuffer parameters, ByteBuffer updaterState) {
        this.parameters = new Array(graph.params(), parameters);
        INDArray state = graph.getUpdater(true).getStateViewArray();
        this.updaterState = updaterState.limit() == 0 ? null : new Array(state, updaterState);
    }

    /** Of the graph as it is now. */
    void take(ComputationGraph graph) {
        configuration = graph.getConfiguration().toJson().getBytes(StandardCharsets.UTF_8);
        parameters.take();
        if (updaterState != null) {
            updaterState.take();
        }
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        CRC32 checksum = new CRC32();
        checksum.update(configuration);
        begin(zip, "configuration.json", configuration.length, checksum.getValue());
        zip.write(configuration);
        zip.closeEntry();
        parameters.writeTo(zip, "coefficients.bin");
        if (updaterState != null) {
            updaterState.writeTo(zip, "updaterState.bin");
        }
        zip.finish();
    }

    private static void begin(ZipOutputStream zip, String name, long size, long checksum) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(size);
        entry.setCompressedSize(size);
        entry.setCrc(checksum);
        zip.putNextEntry(entry);
    }
}
