package io.lockstep.networks.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a safetensors file of float32: all names and shapes are known before the first number. */
public final class SafetensorsWriter {
    private static final int CHUNK = 1 << 14;

    private final OutputStream out;
    private final List<TensorInfo> tensors;
    private int written;

    /**
     * Writes the header.
     *
     * @param out is not closed
     * @param shapes by name, in the order in which {@link #write} gets the numbers
     * @param metadata texts for people and programs that look into the file
     */
    public SafetensorsWriter(OutputStream out, Map<String, long[]> shapes, Map<String, String> metadata)
            throws IOException {
        this.out = out;
        tensors = new ArrayList<>();
        long end = 0;
        for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
            TensorInfo info = TensorInfo.ofFloats(tensor.getKey(), tensor.getValue(), end);
            tensors.add(info);
            end = info.end();
        }
        out.write(SafetensorsHeader.format(tensors, metadata));
    }

    /** @param numbers of the next tensor, in the order of C */
    public void write(float[] numbers) throws IOException {
        TensorInfo tensor = tensors.get(written++);
        if (tensor.elements() != numbers.length) {
            throw new IllegalArgumentException("tensor '" + tensor.name() + "' of shape " + tensor.shapeText() + " and "
                    + numbers.length + " numbers");
        }
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < numbers.length; ) {
            int count = Math.min(CHUNK, numbers.length - at);
            chunk.asFloatBuffer().put(numbers, at, count);
            out.write(chunk.array(), 0, count * Float.BYTES);
            at += count;
        }
    }
}
