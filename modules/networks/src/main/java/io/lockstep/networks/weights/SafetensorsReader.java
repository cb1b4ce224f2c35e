package io.lockstep.networks.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Predicate;

/**
 * A safetensors file, read once from front to end: 8 bytes of the header's length, little-endian; the header; the numbers of
 * all tensors, in the order of {@link #tensors()}. Each tensor is taken or left, and only what is taken is allocated.
 */
public final class SafetensorsReader implements TensorSource {
    /** A whole number of elements of any type. */
    private static final int CHUNK = 1 << 16;

    private static final long UNKNOWN = -1;

    private final InputStream in;
    private final List<TensorInfo> tensors;
    private final byte[] chunk = new byte[CHUNK];
    /** Where the stream is, in bytes from the end of the header. */
    private long position;

    private SafetensorsReader(InputStream in, List<TensorInfo> tensors) {
        this.in = in;
        this.tensors = tensors;
    }

    /**
     * Reads the header of a file whose length is not known: if it is cut off, that is found when it is read.
     *
     * @param in is not closed
     */
    public static SafetensorsReader of(InputStream in) throws IOException {
        return of(in, UNKNOWN);
    }

    /**
     * Reads the header.
     *
     * @param in is not closed
     * @param bytes of the whole file
     * @throws IOException saying what is wrong; whoever knows the file's name puts it before that
     */
    public static SafetensorsReader of(InputStream in, long bytes) throws IOException {
        byte[] length = in.readNBytes(Long.BYTES);
        if (length.length < Long.BYTES) {
            throw new IOException("it has " + length.length + " bytes, and is no safetensors file");
        }
        long header = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (header < 2 || header > SafetensorsHeader.MOST_BYTES) {
            throw new IOException("it is no safetensors file: the first 8 bytes would be the length of its header, "
                    + Long.toUnsignedString(header));
        }
        long data = bytes - Long.BYTES - header;
        if (bytes != UNKNOWN && data < 0) {
            throw new IOException("it is cut off: its header has " + header + " bytes, the whole file " + bytes
                    + "; copy or fetch the file again");
        }
        byte[] json = in.readNBytes((int) header);
        if (json.length < header) {
            throw cutOff();
        }
        return new SafetensorsReader(
                in, SafetensorsHeader.parse(json, bytes == UNKNOWN ? SafetensorsHeader.ANY_LENGTH : data));
    }

    /** In the order in which they can be read. */
    @Override
    public List<TensorInfo> tensors() {
        return tensors;
    }

    @Override
    public void read(Predicate<TensorInfo> wanted, Taker taker) throws IOException {
        for (TensorInfo tensor : tensors) {
            if (wanted.test(tensor)) {
                taker.take(tensor, read(tensor));
            }
        }
    }

    /**
     * The numbers of a tensor, in the order of C: the last index runs fastest.
     *
     * @param tensor one behind those that were read
     */
    public float[] read(TensorInfo tensor) throws IOException {
        try {
            in.skipNBytes(tensor.begin() - position);
        } catch (EOFException e) {
            throw cutOff();
        }
        float[] numbers = new float[Math.toIntExact(tensor.elements())];
        int elementBytes = tensor.type().bytes();
        for (int at = 0; at < numbers.length; ) {
            int count = Math.min(CHUNK / elementBytes, numbers.length - at);
            if (in.readNBytes(chunk, 0, count * elementBytes) < count * elementBytes) {
                throw cutOff();
            }
            tensor.type()
                    .decode(
                            ByteBuffer.wrap(chunk, 0, count * elementBytes).order(ByteOrder.LITTLE_ENDIAN),
                            numbers,
                            at);
            at += count;
        }
        position = tensor.end();
        return numbers;
    }

    private static IOException cutOff() {
        return new EOFException("it ends before its last tensor; copy or fetch the file again");
    }
}
