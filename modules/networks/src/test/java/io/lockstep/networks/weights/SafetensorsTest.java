package io.lockstep.networks.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.storage.LocalStorage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    /** Bytes as NumPy and PyTorch write them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "F32 | 0000803f 000040c0 | 1 -3",
                "F64 | 9a9999999999b93f 000000000000f0bf | 0.1 -1",
                "F16 | 003c 00c2 0100 007c | 1 -3 5.9604645e-8 Infinity",
                "BF16 | 803f 40c0 | 1 -3",
                "I64 | ffffffffffffffff 0700000000000000 | -1 7",
                "U64 | ffffffffffffffff | 1.8446744e19",
                "I32 | feffffff | -2",
                "U32 | feffffff | 4.2949673e9",
                "I16 | 0080 | -32768",
                "U16 | 0080 | 32768",
                "I8 | 80 7f | -128 127",
                "U8 | 80 7f | 128 127",
                "BOOL | 00 01 | 0 1",
            })
    void numbersOfAllTypesAreRead(String type, String hexadecimal, String expected) throws IOException {
        String[] words = hexadecimal.split(" ");
        int bytes = words.length * words[0].length() / 2;
        String header = header("x", type, "[" + words.length + "]", 0, bytes);
        byte[] data = new byte[bytes];
        String digits = hexadecimal.replace(" ", "");
        for (int i = 0; i < bytes; i++) {
            data[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }
        String[] numbers = expected.split(" ");
        float[] read = read(file(header, data)).get("x");
        assertThat(read).hasSize(numbers.length);
        for (int i = 0; i < numbers.length; i++) {
            assertThat(read[i]).isEqualTo(Float.parseFloat(numbers[i]));
        }
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        Random random = new Random(1);
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("a \"quoted\" näme", new long[] {3, 5});
        shapes.put("empty", new long[] {0, 4});
        shapes.put("one", new long[] {});
        shapes.put("long", new long[] {40_000}); // more than a chunk
        Map<String, float[]> numbers = new HashMap<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter writer = new SafetensorsWriter(out, shapes, Map.of("format", "lockstep"));
        for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
            int count = 1;
            for (long size : tensor.getValue()) {
                count *= (int) size;
            }
            float[] drawn = new float[count];
            for (int i = 0; i < count; i++) {
                drawn[i] = random.nextFloat();
            }
            numbers.put(tensor.getKey(), drawn);
            writer.write(drawn);
        }
        Map<String, float[]> read = read(out.toByteArray());
        assertThat(read.keySet()).isEqualTo(numbers.keySet());
        read.forEach((name, values) -> assertThat(values).as(name).isEqualTo(numbers.get(name)));
    }

    @Test
    void aFileThatLiesIsRefusedBeforeAnythingIsAllocatedForIt() {
        byte[] eight = new byte[8];
        assertRefused(new byte[3], "3 bytes");
        assertRefused(file("{x", eight), "no JSON");
        assertRefused("<html><body>not found</body></html>".getBytes(StandardCharsets.US_ASCII), "no safetensors file");
        assertRefused(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(1 << 20)
                        .array(),
                "cut off");
        assertRefused(file(header("x", "F32", "[3]", 0, 12), eight), "cut off: its tensors take 12 bytes, and 8");
        assertRefused(file(header("x", "F32", "[1]", 0, 4), eight), "damaged");
        assertRefused(file(header("x", "F32", "[2]", 4, 12), eight), "gaps");
        assertRefused(file(header("x", "F32", "[2]", 0, 4), eight), "data_offsets are [0, 4]");
        assertRefused(file(header("x", "F4", "[2]", 0, 8), eight), "type 'F4'");
        assertRefused(file(header("x", "F32", "[-2]", 0, 8), eight), "whole numbers");
        assertRefused(file(header("x", "F32", "[4294967296,4294967296]", 0, 8), eight), "said to have the shape");
        assertRefused(file(header("x", "F32", "[99999999999999999999]", 0, 8), eight), "whole numbers");
        assertRefused(file("[".repeat(100_000), eight), "an object of tensors");
        assertRefused(file("{\"x\":" + "[".repeat(100_000), eight), "an object of tensor 'x'");
        String twice = header("x", "U8", "[4]", 0, 4)
                .replaceFirst("}}$", "}," + header("x", "U8", "[4]", 4, 8).substring(1));
        assertRefused(file(twice, eight), "Duplicate field 'x'");
        String overlap = header("x", "U8", "[4]", 0, 4)
                .replaceFirst("}}$", "}," + header("y", "U8", "[6]", 2, 8).substring(1));
        assertRefused(file(overlap, eight), "overlap");
    }

    @Test
    void anIndexNamesTheFilesOfAModel() throws IOException {
        Files.write(folder.resolve("a-1.safetensors"), file(header("x", "U8", "[2]", 0, 2), new byte[] {1, 2}));
        Files.write(folder.resolve("a-2.safetensors"), file(header("y", "U8", "[1]", 0, 1), new byte[] {3}));
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(
                index,
                "{\"metadata\": {\"total_size\": 3}, \"weight_map\": {\"y\": \"a-2.safetensors\", \"x\": \"a-1.safetensors\"}}");
        LocalStorage storage = new LocalStorage();
        assertThat(WeightFiles.inFolder(storage, folder.toString())).isEqualTo(index.toString());
        Map<String, float[]> read = new HashMap<>();
        WeightFiles.open(storage, index.toString())
                .read(tensor -> tensor.name().equals("y"), (tensor, numbers) -> read.put(tensor.name(), numbers));
        assertThat(read).containsOnlyKeys("y");
        assertThat(read.get("y")).containsExactly(3);

        Files.writeString(index, "{\"weight_map\": {\"y\": \"../secret.safetensors\"}}");
        assertThatThrownBy(() -> WeightFiles.open(storage, index.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'../secret.safetensors', which is no safetensors file beside it");
        Files.writeString(index, "{\"weight_map\": {\"y\": \"a-3.safetensors\"}}");
        assertThatThrownBy(() -> WeightFiles.open(storage, index.toString()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("a-3.safetensors");
    }

    private static void assertRefused(byte[] file, String why) {
        assertThatThrownBy(() -> read(file)).isInstanceOf(IOException.class).hasMessageContaining(why);
    }

    private static Map<String, float[]> read(byte[] file) throws IOException {
        Map<String, float[]> read = new HashMap<>();
        SafetensorsReader.of(new ByteArrayInputStream(file), file.length)
                .read(tensor -> true, (tensor, numbers) -> read.put(tensor.name(), numbers));
        return read;
    }

    private static String header(String name, String type, String shape, long begin, long end) {
        return "{\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + ","
                + end + "]}}";
    }

    private static byte[] file(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data)
                .array();
    }
}
