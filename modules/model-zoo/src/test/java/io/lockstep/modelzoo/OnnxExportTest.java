package io.lockstep.modelzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.lockstep.datasets.Batch;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.onnx.OnnxExport;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Range;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ONNX Runtime computes by an exported network is what the engine computes. */
class OnnxExportTest {
    private static final ModelInput PICTURES = new ModelInput(3, 32, 32, 10);
    private static final ModelInput TEXT = new ModelInput(1, 12, 1, 9);
    private static final int BATCH = 3;

    /** One of each family; with batch norm, response norm, auxiliary classifiers, padding by zeros, attention. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mlp",
                "lenet5",
                "resnet20",
                "vgg11-bn",
                "googlenet",
                "nin",
                "vit",
                "gpt",
                "bert",
                "bert-classifier"
            })
    void onnxRuntimeAnswersAsTheEngineDoes(String name) throws Exception {
        assertSame(name, ModelZoo.get(name).usualInput() != null ? TEXT : PICTURES, Hyperparameters.defaults());
    }

    @Test
    void normsOfGroupsAreWrittenToo() throws Exception {
        assertSame("resnet20", PICTURES, Hyperparameters.defaults().withNormGroups(4));
    }

    @Test
    void whatCannotBeWrittenIsToldByLayer() throws Exception {
        assertThatThrownBy(() -> export("char-lstm", TEXT, Hyperparameters.defaults()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageMatching("layer '[a-z0-9]+': Lstm is not written");
        assertThatThrownBy(() -> export("gan", new ModelInput(1, 28, 28, 10), Hyperparameters.defaults()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("play against each other");
    }

    private static byte[] export(String name, ModelInput input, Hyperparameters hyperparameters) throws IOException {
        NetworkDefinition network = ModelZoo.get(name).build(input, hyperparameters, 1);
        try (Dl4jReplica replica = new Dl4jReplica(network, 1, 0)) {
            return export(name, replica, network);
        }
    }

    private static byte[] export(String name, Dl4jReplica replica, NetworkDefinition network) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        OnnxExport.write(name, replica, network, out);
        return out.toByteArray();
    }

    private static void assertSame(String name, ModelInput input, Hyperparameters hyperparameters) throws Exception {
        NetworkDefinition network = ModelZoo.get(name)
                .build(input, hyperparameters.withUpdater(UpdaterName.SGD, 0.1).withDropout(0.1), 1);
        int size = input.channels() * input.height() * input.width();
        float[] features = new float[BATCH * size];
        for (int i = 0; i < features.length; i++) {
            float number = PyTorchCurveTest.number(1, i);
            features[i] = network.tokens() ? (float) Math.floor((number + 1) / 2 * input.classes()) : number;
        }
        byte[] onnx;
        float[] expected;
        try (CompiledReplica replica = new CompiledReplica(network, BATCH, 0, 1)) {
            disturb(replica);
            try (Dl4jReplica written = new Dl4jReplica(network, 1, 0)) {
                written.parameters().put(replica.parameters());
                onnx = export(name, written, network);
            }
            ByteBuffer bytes = FlatBuffers.allocate(features.length);
            bytes.asFloatBuffer().put(features);
            replica.evaluate(new Batch(BATCH, bytes, IntBuffer.allocate(BATCH * network.labelsOfExample())));
            FloatBuffer scores = replica.scores().asFloatBuffer();
            expected = new float[scores.remaining()];
            scores.get(expected);
        }
        float[] answered = network.tokens() ? runText(onnx, features) : runPictures(onnx, features, network, input);
        assertThat(answered).hasSameSizeAs(expected);
        float largest = 1;
        for (float score : expected) {
            largest = Math.max(largest, Math.abs(score));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat(answered[i]).as("score " + i).isCloseTo(expected[i], within(2e-5f * largest));
        }
    }

    /** As training does: biases are not 0, running statistics are not 0 and 1. */
    private static void disturb(CompiledReplica replica) {
        ByteBuffer parameters = replica.parameters();
        for (int i = 0; i < parameters.limit() / Float.BYTES; i++) {
            parameters.putFloat(
                    i * Float.BYTES, parameters.getFloat(i * Float.BYTES) + 0.02f * PyTorchCurveTest.number(2, i));
        }
        for (Range range : replica.statistics()) {
            for (long i = range.start(); i < range.end(); i++) {
                parameters.putFloat((int) i * Float.BYTES, 1 + PyTorchCurveTest.number(3, (int) i) / 2);
            }
        }
    }

    private static float[] runText(byte[] onnx, float[] features) throws OrtException {
        long[] numbers = new long[features.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (long) features[i];
        }
        try (OnnxTensor tensor = OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), LongBuffer.wrap(numbers), new long[] {BATCH, features.length / BATCH
                })) {
            return run(onnx, tensor);
        }
    }

    private static float[] runPictures(byte[] onnx, float[] features, NetworkDefinition network, ModelInput input)
            throws OrtException {
        if (!(network.input() instanceof InputType.InputTypeConvolutional)) { // reads rows
            try (OnnxTensor tensor =
                    OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(features), new long[] {
                        BATCH, features.length / BATCH
                    })) {
                return run(onnx, tensor);
            }
        }
        int channels = input.channels();
        int pixels = input.height() * input.width();
        float[] channelsFirst = new float[features.length];
        for (int i = 0; i < features.length; i++) {
            int example = i / (channels * pixels);
            channelsFirst[(example * channels + i % channels) * pixels + i / channels % pixels] = features[i];
        }
        long[] shape = {BATCH, channels, input.height(), input.width()};
        try (OnnxTensor tensor =
                OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(channelsFirst), shape)) {
            return run(onnx, tensor);
        }
    }

    private static float[] run(byte[] onnx, OnnxTensor input) throws OrtException {
        try (OrtSession session = OrtEnvironment.getEnvironment().createSession(onnx);
                OrtSession.Result result =
                        session.run(Map.of(session.getInputNames().iterator().next(), input))) {
            FloatBuffer output = ((OnnxTensor) result.get(OnnxExport.OUTPUT).orElseThrow()).getFloatBuffer();
            float[] numbers = new float[output.remaining()];
            output.get(numbers);
            return numbers;
        }
    }
}
