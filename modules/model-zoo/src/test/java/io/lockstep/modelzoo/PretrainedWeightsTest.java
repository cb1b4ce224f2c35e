package io.lockstep.modelzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.dl4j.InitialParameters;
import io.lockstep.networks.weights.NameTable;
import io.lockstep.networks.weights.SafetensorsWriter;
import io.lockstep.networks.weights.WeightExport;
import io.lockstep.networks.weights.WeightFiles;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.NetworkReplica;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights with torchvision's names, and what PyTorch predicted by them: src/test/scripts/pretrained.py. */
class PretrainedWeightsTest {
    private static final int BATCH = 4;
    private static final long PICTURES = 0;
    private static final long WEIGHTS = 1 << 21;
    private static final Model.Architecture VIT = new VisionTransformer(8, 2, 2, 16);
    private static final Model.Architecture RESNET8 = CifarResNet.ofDepth(8);

    @TempDir
    Path folder;

    @Test
    void aTransformerThatPyTorchTrainedPredictsTheSameHere() throws IOException {
        Path file = folder.resolve("vit.safetensors");
        try (InputStream in = resource("vit.safetensors")) {
            Files.copy(in, file);
        }
        assertPredicts(VIT, new ModelInput(3, 16, 16, 5), file, lines("vit.txt"));
    }

    @Test
    void aResidualNetworkWithTorchvisionsNamesPredictsTheSameHere() throws IOException {
        List<String> lines = lines("resnet8.txt");
        Path file = residual(lines);
        assertPredicts(RESNET8, new ModelInput(3, 32, 32, 10), file, lines);
    }

    /** A new head is drawn, and all else taken. */
    @Test
    void theLastLayerIsDrawnForOtherClasses() throws IOException {
        Path file = residual(lines("resnet8.txt"));
        NetworkDefinition network = network(RESNET8, new ModelInput(3, 32, 32, 7));
        assertThat(requireFits(file, network, RESNET8, true)).contains("'fc.weight' (10, 64) for output_W (64, 7)");
        try (CompiledReplica replica = new CompiledReplica(network, BATCH, 0, 1)) {
            assertThat(take(replica, file, network, RESNET8)).containsExactly("output_W", "output_b");
        }
    }

    @Test
    void whatDoesNotFitIsToldByName() throws IOException {
        List<String> lines = new ArrayList<>(lines("resnet8.txt"));
        lines.replaceAll(line -> line.replace("layer2.0.conv1.weight", "layer2.0.konv1.weight")
                .replace("layer3.0.bn2.bias 64", "layer3.0.bn2.bias 63"));
        Path file = residual(lines);
        NetworkDefinition network = network(RESNET8, new ModelInput(3, 32, 32, 10));
        assertThatThrownBy(() -> requireFits(file, network, RESNET8, true))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("names of torchvision")
                .hasMessageContaining("'layer2.0.conv1.weight' for s2b1_1_conv_W; nearest 'layer2.0.konv1.weight'")
                .hasMessageContaining("'layer3.0.bn2.bias' (63) for s3b1_2_norm_beta")
                .hasMessageContaining("not in the network: 'layer2.0.konv1.weight'")
                .hasMessageContaining("init-strict = false");
        assertThat(requireFits(file, network, RESNET8, false)).contains("konv1");
        try (CompiledReplica replica = new CompiledReplica(network, BATCH, 0, 1)) {
            assertThat(take(replica, file, network, RESNET8)).containsExactly("s2b1_1_conv_W", "s3b1_2_norm_beta");
        }
        assertThatThrownBy(() -> requireFits(file, network(VIT, new ModelInput(3, 16, 16, 5)), VIT, false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another network");
    }

    @Test
    void whatPyTorchSavedIsExportedAsItCame() throws IOException {
        Path file = folder.resolve("vit.safetensors");
        try (InputStream in = resource("vit.safetensors")) {
            Files.copy(in, file);
        }
        NetworkDefinition network = network(VIT, new ModelInput(3, 16, 16, 5));
        Path exported = folder.resolve("exported.safetensors");
        try (CompiledReplica taken = new CompiledReplica(network, BATCH, 0, 1);
                Dl4jReplica replica = new Dl4jReplica(network, 1, 0);
                OutputStream out = Files.newOutputStream(exported)) {
            take(taken, file, network, VIT);
            replica.parameters().put(taken.parameters());
            WeightExport.write(replica.graph(), VIT.weightNames().get(0), Map.of("format", "pt"), out);
        }
        Map<String, String> there = contents(file);
        assertThat(contents(exported)).isEqualTo(there);
        assertThat(there).hasSize(32);
    }

    /** By every table of names that a model has: whatever one writes, the other way reads. */
    @ParameterizedTest
    @ValueSource(strings = {"resnet20", "vit", "gpt", "vgg11-bn"})
    void whatIsExportedIsReadAgain(String name) throws IOException {
        Model model = ModelZoo.get(name);
        ModelInput input = model.usualInput() != null ? model.usualInput() : new ModelInput(3, 32, 32, 10);
        NetworkDefinition network = network(model.architecture(), input);
        List<NameTable> tables = new ArrayList<>(model.architecture().weightNames());
        tables.add(NameTable.OWN);
        Path file = folder.resolve("exported.safetensors");
        try (Dl4jReplica written = new Dl4jReplica(network, 1, 0);
                Dl4jReplica read = new Dl4jReplica(network, 1, 0)) {
            for (NameTable table : tables) {
                try (OutputStream out = Files.newOutputStream(file)) {
                    WeightExport.write(written.graph(), table, Map.of(), out);
                }
                assertThat(requireFits(file, network, model.architecture(), true))
                        .isEmpty();
                read.graph().params().assign(0);
                assertThat(take(read, file, network, model.architecture())).isEmpty();
                assertThat(read.parameters()).as(table.origin()).isEqualTo(written.parameters());
            }
        }
    }

    /** torchvision's convolutions before batch norm have biases, and ours have none: the mean takes them. */
    @Test
    void aBiasBeforeBatchNormIsTakenOutOfTheRunningMean() throws IOException {
        Model model = ModelZoo.get("vgg11-bn");
        NetworkDefinition network = network(model.architecture(), new ModelInput(3, 32, 32, 10));
        Path file = folder.resolve("exported.safetensors");
        Path biased = folder.resolve("biased.safetensors");
        try (Dl4jReplica written = new Dl4jReplica(network, 1, 0);
                OutputStream out = Files.newOutputStream(file)) {
            WeightExport.write(
                    written.graph(), model.architecture().weightNames().get(0), Map.of(), out);
        }
        Map<String, long[]> shapes = new LinkedHashMap<>();
        Map<String, float[]> tensors = new LinkedHashMap<>();
        open(file).read(tensor -> true, (tensor, numbers) -> {
            shapes.put(
                    tensor.name(),
                    tensor.shape().stream().mapToLong(Long::longValue).toArray());
            tensors.put(tensor.name(), numbers.clone());
        });
        Arrays.fill(tensors.get("features.0.bias"), 0.25f);
        Arrays.fill(tensors.get("features.1.running_mean"), 1);
        try (OutputStream out = Files.newOutputStream(biased)) {
            SafetensorsWriter writer = new SafetensorsWriter(out, shapes, Map.of());
            for (float[] numbers : tensors.values()) {
                writer.write(numbers);
            }
        }
        try (Dl4jReplica read = new Dl4jReplica(network, 1, 0)) {
            read.graph().params().assign(7); // what was there before counts for nothing
            assertThat(take(read, biased, network, model.architecture())).isEmpty();
            List<float[]> means = read.graph().paramTable().entrySet().stream()
                    .filter(each -> each.getKey().endsWith("_mean"))
                    .map(each -> each.getValue().toFloatVector())
                    .toList();
            assertThat(means.get(0)).containsOnly(0.75f);
            assertThat(means.get(1)).containsOnly(0);
        }
    }

    /** Names, shapes and a hash of the numbers. */
    private static Map<String, String> contents(Path file) throws IOException {
        Map<String, String> contents = new LinkedHashMap<>();
        open(file)
                .read(
                        tensor -> true,
                        (tensor, numbers) ->
                                contents.put(tensor.name(), tensor.shape() + " " + Arrays.hashCode(numbers)));
        return contents;
    }

    private static void assertPredicts(Model.Architecture model, ModelInput input, Path file, List<String> lines)
            throws IOException {
        NetworkDefinition network = network(model, input);
        assertThat(requireFits(file, network, model, true)).isEmpty();
        try (CompiledReplica replica = new CompiledReplica(network, BATCH, 0, 1)) {
            assertThat(take(replica, file, network, model)).isEmpty();
            replica.evaluate(pictures(input));
            FloatBuffer scores = replica.scores().asFloatBuffer();
            List<Double> expected = lines.stream()
                    .filter(line -> line.startsWith("logits "))
                    .flatMap(line -> Arrays.stream(line.substring(7).split(" ")))
                    .map(Double::valueOf)
                    .toList();
            assertThat(expected).hasSize(BATCH * input.classes());
            for (int i = 0; i < expected.size(); i++) {
                assertThat((double) scores.get(i)).as("score " + i).isCloseTo(expected.get(i), within(1e-5));
            }
        }
    }

    private static NetworkDefinition network(Model.Architecture model, ModelInput input) {
        return model.build(input, Hyperparameters.defaults(), 1);
    }

    private static String requireFits(Path file, NetworkDefinition network, Model.Architecture model, boolean strict)
            throws IOException {
        return InitialParameters.requireFits(open(file), network, model.weightNames(), strict);
    }

    private static WeightFiles open(Path file) throws IOException {
        return WeightFiles.open(new LocalStorage(), file.toString());
    }

    /** As a run does it: translated on the driver, read by a rank. */
    private static List<String> take(
            NetworkReplica replica, Path file, NetworkDefinition network, Model.Architecture model) throws IOException {
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        List<NameTable> names = model.weightNames();
        InitialParameters.translate(open(file), network, names, copy);
        return replica.takeCommon(new ByteArrayInputStream(copy.toByteArray()));
    }

    /** Numbers in PyTorch's order, channels first, as the engine reads them. */
    private static Batch pictures(ModelInput input) {
        int pixels = input.height() * input.width();
        int size = input.channels() * pixels;
        ByteBuffer features = FlatBuffers.allocate((long) BATCH * size);
        for (int i = 0; i < BATCH * size; i++) {
            int place = i / size * size + i % input.channels() * pixels + i % size / input.channels();
            features.putFloat(i * Float.BYTES, PyTorchCurveTest.number(PICTURES, place));
        }
        return new Batch(BATCH, features, IntBuffer.wrap(new int[BATCH]));
    }

    /** A file of the tensors that the lines name, as by_formula() fills them. */
    private Path residual(List<String> lines) throws IOException {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        for (String line : lines) {
            String[] words = line.split(" ");
            if (words[0].equals("tensor")) {
                shapes.put(
                        words[1],
                        Arrays.stream(words).skip(2).mapToLong(Long::parseLong).toArray());
            }
        }
        Path file = folder.resolve("residual.safetensors");
        try (OutputStream out = Files.newOutputStream(file)) {
            SafetensorsWriter writer = new SafetensorsWriter(out, shapes, Map.of());
            long stream = WEIGHTS;
            for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
                writer.write(drawn(tensor.getKey(), tensor.getValue(), stream++));
                if (tensor.getKey().endsWith("running_var")) {
                    stream++; // PyTorch counts batches behind it
                }
            }
        }
        return file;
    }

    private static float[] drawn(String name, long[] shape, long stream) {
        float[] numbers = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        boolean positive = name.endsWith("running_var") || name.endsWith("weight");
        for (int i = 0; i < numbers.length; i++) {
            float number = PyTorchCurveTest.number(stream, i);
            numbers[i] = shape.length > 1
                    ? number * (float) Math.sqrt(3.0 / (numbers.length / (double) shape[0]))
                    : positive ? 1 + number / 2 : number / 4;
        }
        return numbers;
    }

    private static List<String> lines(String name) throws IOException {
        try (InputStream in = resource(name)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        }
    }

    private static InputStream resource(String name) {
        return PretrainedWeightsTest.class.getResourceAsStream(name);
    }
}
