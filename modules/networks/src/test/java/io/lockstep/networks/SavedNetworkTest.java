package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.dl4j.InitialParameters;
import io.lockstep.training.NetworkReplica;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What a run may begin with, and what is told of files that are something else. */
class SavedNetworkTest {
    private static final InputType TYPE = InputType.convolutional(8, 8, 3);

    @TempDir
    Path folder;

    @Test
    void aMultiLayerNetworksFileGivesTheParametersThatItsGraphHas() throws Exception {
        MultiLayerNetwork network = new MultiLayerNetwork(layers(5));
        network.init();
        network.params().muli(1.5f); // not what the seed gives
        NetworkDefinition definition = NetworkDefinition.of(layers(5), TYPE);
        float[] expected = network.params().toFloatVector();

        for (Model saved : new Model[] {network, network.toComputationGraph()}) {
            byte[] file = file(saved);
            try (NetworkReplica compiled = new CompiledReplica(definition, 1, 0, 1);
                    NetworkReplica dl4j = new Dl4jReplica(definition, 1, 0)) {
                assertThat(compiled.takeCommon(in(file))).isEmpty();
                assertThat(Networks.floats(compiled.parameters())).containsExactly(expected);
                dl4j.load(in(file));
                assertThat(Networks.floats(dl4j.parameters())).containsExactly(expected);
            }
            assertThatCode(() -> InitialParameters.requireInCommon(in(file), definition))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void anotherNetworksFileIsRefusedWithWhatIsInCommon() throws Exception {
        MultiLayerNetwork network = new MultiLayerNetwork(layers(7));
        network.init();
        requireRefused(file(network), "the saved network is another one");
    }

    @Test
    void aFileOfDoublesIsTakenAsFloats() throws Exception {
        MultiLayerNetwork network = new MultiLayerNetwork(layers(5));
        network.init();
        float[] expected = network.params().toFloatVector();
        byte[] file = file(network.convertDataType(DataType.DOUBLE));

        try (NetworkReplica replica = new Dl4jReplica(NetworkDefinition.of(layers(5), TYPE), 1, 0)) {
            assertThat(replica.takeCommon(in(file))).isEmpty();
            assertThat(Networks.floats(replica.parameters())).containsExactly(expected);
        }
    }

    @Test
    void whatIsNoFileOfModelSerializersIsToldApart() throws Exception {
        requireRefused(new byte[0], "no zip file of DL4J's ModelSerializer");
        requireRefused("hello".getBytes(StandardCharsets.UTF_8), "no zip file of DL4J's ModelSerializer");
        requireRefused(sameDiff(), "no zip file of DL4J's ModelSerializer");
        requireRefused(zip("readme.txt", "hello"), "lacks configuration.json");
        requireRefused(zip("configuration.json", "{}"), "lacks coefficients.bin");
        requireRefused(zip("configuration.json", "{}", "coefficients.bin", "hello"), "no network that DL4J can read");
    }

    @Test
    void everyTruncationAndADamagedByteAreRefused() throws Exception {
        MultiLayerNetwork network = new MultiLayerNetwork(layers(5));
        network.init();
        byte[] whole = file(network);
        for (int tenths = 1; tenths < 9; tenths++) {
            requireRefused(Arrays.copyOf(whole, whole.length * tenths / 10), "");
        }
        byte[] damaged = whole.clone();
        damaged[whole.length / 2] ^= 0x40;
        requireRefused(damaged, "");
    }

    private static void requireRefused(byte[] file, String why) {
        NetworkDefinition definition = NetworkDefinition.of(layers(5), TYPE);
        assertThatThrownBy(() -> InitialParameters.requireInCommon(in(file), definition))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why)
                .message()
                .doesNotContain("\n");
    }

    private byte[] sameDiff() throws IOException {
        SameDiff network = SameDiff.create();
        network.var("w", Nd4j.ones(2, 2));
        Path file = folder.resolve("samediff.fb");
        network.save(file.toFile(), false);
        return Files.readAllBytes(file);
    }

    private static byte[] zip(String... namesAndContents) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            for (int i = 0; i < namesAndContents.length; i += 2) {
                zip.putNextEntry(new ZipEntry(namesAndContents[i]));
                zip.write(namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    private static byte[] file(Model network) throws IOException {
        var out = new ByteArrayOutputStream();
        ModelSerializer.writeModel(network, out, true);
        return out.toByteArray();
    }

    private static InputStream in(byte[] file) {
        return new ByteArrayInputStream(file);
    }

    private static MultiLayerConfiguration layers(int width) {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Adam(0.01))
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3)
                        .nOut(width)
                        .activation(Activation.TANH)
                        .build())
                .layer(new DenseLayer.Builder()
                        .nOut(width)
                        .activation(Activation.TANH)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(width + 1)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(TYPE)
                .build();
    }
}
