package io.lockstep.networks.dl4j;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What {@link Nd4j#write} wrote. {@link Nd4j#read} takes one number after the other through streams, seconds for a large network;
 * this takes all at once where they are floats that lie one behind the other, and leaves all else to it.
 */
final class SavedArray {
    private final byte[] content;
    private final DataInputStream in;

    private SavedArray(byte[] content) {
        this.content = content;
        in = new DataInputStream(new ByteArrayInputStream(content));
    }

    static INDArray read(byte[] content) throws IOException {
        INDArray floats;
        try {
            floats = new SavedArray(content).floats();
        } catch (IOException e) { // no array, or not all of one: Nd4j says what is wrong
            floats = null;
        }
        return floats == null ? Nd4j.read(new ByteArrayInputStream(content)) : floats;
    }

    /** Null where it is another array. */
    private INDArray floats() throws IOException {
        in.readUTF(); // how the buffer was allocated
        long[] description = new long[Math.toIntExact(Math.min(in.readLong(), in.available()))];
        if (!in.readUTF().equals(DataType.LONG.name()) || description.length < 4) {
            return null;
        }
        for (int i = 0; i < description.length; i++) {
            description[i] = in.readLong();
        }
        in.readUTF();
        long length = in.readLong();
        boolean floats = in.readUTF().equals(DataType.FLOAT.name());
        return floats && length > 0 && in.available() == length * Float.BYTES ? array(description, length) : null;
    }

    /**
     * @param description ND4J's: rank, that many sizes and strides, flags, the distance from element to element, the order
     * @param length of the numbers, which are what is left to read
     */
    private INDArray array(long[] description, long length) {
        int rank = (int) description[0];
        if (rank < 1 || description.length != 2 * rank + 4 || description[2 * rank + 2] != 1) {
            return null;
        }
        long[] sizes = Arrays.copyOfRange(description, 1, 1 + rank);
        if (Arrays.stream(sizes).reduce(1, (a, b) -> a * b) != length) {
            return null;
        }
        INDArray array = Nd4j.createUninitialized(DataType.FLOAT, sizes, (char) description[2 * rank + 3]);
        int bytes = (int) (length * Float.BYTES);
        array.data()
                .asNioFloat()
                .put(ByteBuffer.wrap(content, content.length - bytes, bytes).asFloatBuffer());
        return array;
    }
}
