package io.lockstep.networks.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;

/**
 * The JSON at the beginning of a safetensors file:
 *
 * <pre>
 * {"__metadata__": {"format": "pt"}, "fc.weight": {"dtype": "F32", "shape": [10, 64], "data_offsets": [0, 2560]}, ...}
 * </pre>
 *
 * <p>Read token by token, so that whatever else a foreign file has in there is refused where it stands; nothing is allocated
 * for what it claims.
 */
final class SafetensorsHeader {
    /** As the format's own library has it. */
    static final int MOST_BYTES = 100_000_000;

    /** Of the numbers that follow, where that is not known. */
    static final long ANY_LENGTH = -1;

    private static final String METADATA = "__metadata__";
    /** Spaces behind the JSON let the numbers begin at a multiple of this. */
    private static final int ALIGNMENT = 8;

    private static final int MOST_DIMENSIONS = 32;

    private static final JsonFactory JSON = new JsonFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private final JsonParser in;

    private SafetensorsHeader(JsonParser in) {
        this.in = in;
    }

    /**
     * @param dataBytes that follow the header in the file, or {@link #ANY_LENGTH}
     * @return the tensors, in the order of their numbers
     * @throws IOException saying what is wrong
     */
    static List<TensorInfo> parse(byte[] json, long dataBytes) throws IOException {
        List<TensorInfo> tensors = new ArrayList<>();
        try (JsonParser in = JSON.createParser(json)) {
            new SafetensorsHeader(in).read(tensors);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "its header is no JSON (" + e.getOriginalMessage() + "): it is damaged, or no safetensors file", e);
        }
        tensors.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        requireWithoutGaps(tensors, dataBytes);
        return tensors;
    }

    private static void requireWithoutGaps(List<TensorInfo> tensors, long dataBytes) throws IOException {
        long end = 0;
        for (TensorInfo tensor : tensors) {
            if (tensor.begin() != end) {
                throw new IOException("tensor '" + tensor.name() + "' begins at byte " + tensor.begin()
                        + " of the numbers, where those before it end at byte " + end
                        + ": tensors overlap, or there are gaps");
            }
            end = tensor.end();
        }
        if (dataBytes == ANY_LENGTH) {
            return;
        }
        if (end > dataBytes) {
            throw new IOException("it is cut off: its tensors take " + end + " bytes, and " + dataBytes
                    + " follow the header; copy or fetch the file again");
        } else if (end < dataBytes) {
            throw new IOException("its tensors take " + end + " bytes, and " + dataBytes
                    + " follow the header: it is damaged, or another file was appended");
        }
    }

    private void read(List<TensorInfo> tensors) throws IOException {
        require(in.nextToken() == JsonToken.START_OBJECT, "an object of tensors");
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.getCurrentName();
            if (name.equals(METADATA)) {
                skipMetadata();
            } else {
                tensors.add(tensor(name));
            }
        }
        require(in.nextToken() == null, "nothing behind the object of tensors");
    }

    private void skipMetadata() throws IOException {
        require(in.nextToken() == JsonToken.START_OBJECT, "an object as " + METADATA);
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            require(in.nextToken() == JsonToken.VALUE_STRING, "texts in " + METADATA);
        }
    }

    private TensorInfo tensor(String name) throws IOException {
        require(in.nextToken() == JsonToken.START_OBJECT, "an object of tensor '" + name + "'");
        String type = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            switch (in.getCurrentName()) {
                case "dtype" -> {
                    require(in.nextToken() == JsonToken.VALUE_STRING, "a word as dtype of '" + name + "'");
                    type = in.getText();
                }
                case "shape" -> shape = numbers(name);
                case "data_offsets" -> offsets = numbers(name);
                default -> require(false, "dtype, shape and data_offsets of '" + name + "' alone");
            }
        }
        require(
                type != null && shape != null && offsets != null && offsets.size() == 2,
                "dtype, shape and two data_offsets of tensor '" + name + "'");
        return checked(name, type, shape, offsets);
    }

    private static TensorInfo checked(String name, String type, List<Long> shape, List<Long> offsets)
            throws IOException {
        try {
            TensorInfo tensor = new TensorInfo(name, TensorType.of(type), shape, offsets.get(0));
            if (tensor.end() != offsets.get(1)) {
                throw new IOException("tensor '" + name + "' of " + type + " and shape " + tensor.shapeText()
                        + " takes " + tensor.bytes() + " bytes, and its data_offsets are " + offsets);
            }
            return tensor;
        } catch (ArithmeticException e) {
            throw new IOException("tensor '" + name + "' is said to have the shape " + TensorInfo.text(shape), e);
        } catch (IllegalArgumentException e) {
            throw new IOException("tensor '" + name + "' has " + e.getMessage(), e);
        }
    }

    private List<Long> numbers(String tensor) throws IOException {
        require(in.nextToken() == JsonToken.START_ARRAY, "a list of numbers of tensor '" + tensor + "'");
        List<Long> numbers = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            boolean whole = in.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && in.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    && in.getLongValue() >= 0;
            require(
                    whole && numbers.size() < MOST_DIMENSIONS,
                    "at most " + MOST_DIMENSIONS + " whole numbers from 0 in each list of tensor '" + tensor + "'");
            numbers.add(in.getLongValue());
        }
        return numbers;
    }

    private static void require(boolean so, String what) throws IOException {
        if (!so) {
            throw new IOException("its header should have " + what + ": it is damaged, or no safetensors file");
        }
    }

    /**
     * What a file begins with, the length of the header included.
     *
     * @param tensors in the order of their numbers
     */
    static byte[] format(List<TensorInfo> tensors, Map<String, String> metadata) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(json)) {
            out.writeStartObject();
            write(out, METADATA, metadata);
            for (TensorInfo tensor : tensors) {
                write(out, tensor);
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // of memory
        }
        while (json.size() % ALIGNMENT != 0) {
            json.write(' ');
        }
        return ByteBuffer.allocate(Long.BYTES + json.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.size())
                .put(json.toByteArray())
                .array();
    }

    private static void write(JsonGenerator out, String name, Map<String, String> texts) throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            out.writeStringField(text.getKey(), text.getValue());
        }
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, TensorInfo tensor) throws IOException {
        out.writeObjectFieldStart(tensor.name());
        out.writeStringField("dtype", tensor.type().name());
        out.writeArrayFieldStart("shape");
        for (long size : tensor.shape()) {
            out.writeNumber(size);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("data_offsets");
        out.writeNumber(tensor.begin());
        out.writeNumber(tensor.end());
        out.writeEndArray();
        out.writeEndObject();
    }
}
