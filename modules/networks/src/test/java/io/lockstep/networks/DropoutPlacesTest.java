package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.layers.GroupNormalization;
import io.lockstep.networks.layers.GroupedConvolution;
import io.lockstep.networks.layers.Gru;
import io.lockstep.networks.layers.LayerNormalization;
import io.lockstep.training.NetworkReplica;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A dropout does something in the same kinds of layers, whichever runtime has the network. */
class DropoutPlacesTest {
    private static final CNN2DFormat NHWC = CNN2DFormat.NHWC;

    @TestFactory
    Stream<DynamicTest> bothRuntimesDropOrNeitherDoes() {
        Map<String, NetworkDefinition> networks = new LinkedHashMap<>();
        for (Layer layer : ofPictures()) {
            networks.put(layer.getClass().getSimpleName(), pictures(dropping(layer)));
        }
        for (Layer layer : ofSequences()) {
            networks.put(layer.getClass().getSimpleName(), sequences(dropping(layer), steps()));
        }
        Layer inner = dropping(lstm());
        networks.put("within LastTimeStep", sequences(new LastTimeStep(inner), vector()));
        networks.put("on LastTimeStep", sequences(dropping(new LastTimeStep(lstm())), vector()));
        networks.put("within Bidirectional", sequences(new Bidirectional(dropping(lstm())), steps()));
        networks.put("on Bidirectional", sequences(dropping(new Bidirectional(lstm())), steps()));
        networks.put("within TimeDistributed", sequences(new TimeDistributed(dropping(dense())), steps()));
        networks.put("on TimeDistributed", sequences(dropping(new TimeDistributed(dense())), steps()));
        networks.put("within MaskZeroLayer", sequences(masked(dropping(lstm())), steps()));
        networks.put("on MaskZeroLayer", sequences(dropping(masked(lstm())), steps()));
        networks.put("RnnOutputLayer", sequences(lstm(), dropping(steps())));
        networks.put("OutputLayer", sequences(new LastTimeStep(lstm()), dropping(vector())));
        networks.put(
                "LossLayer",
                sequences(
                        new LastTimeStep(lstm()),
                        dropping(new LossLayer.Builder(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build())));
        assertThat(networks).hasSizeGreaterThan(25);
        return networks.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> compare(each.getValue())));
    }

    private static void compare(NetworkDefinition network) {
        Batch batch = Networks.batch(network, 3, 0, 6);
        try (NetworkReplica dl4j = new Dl4jReplica(network, 6, 0);
                NetworkReplica compiled = new CompiledReplica(network, 6, 0, 1)) {
            assertThat(isRandom(compiled, batch)).isEqualTo(isRandom(dl4j, batch));
        }
    }

    /** Whether the gradient depends on the seed; DL4J tells the loss of an RnnOutputLayer without its dropout. */
    private static boolean isRandom(NetworkReplica replica, Batch batch) {
        float[] first = gradient(replica, batch, 1000);
        return LongStream.range(2, 5).anyMatch(seed -> {
            float[] other = gradient(replica, batch, 1000 * seed);
            return IntStream.range(0, first.length).anyMatch(i -> Math.abs(first[i] - other[i]) > 1e-4);
        });
    }

    private static float[] gradient(NetworkReplica replica, Batch batch, long seed) {
        replica.forwardBackward(batch, seed, mark -> {});
        return Networks.floats(replica.gradients());
    }

    private static Layer dropping(Layer layer) {
        layer.setIDropout(new Dropout(0.5));
        return layer;
    }

    private static Layer[] ofPictures() {
        return new Layer[] {
            new ConvolutionLayer.Builder(3, 3).nOut(4).dataFormat(NHWC).build(),
            new Deconvolution2D.Builder(2, 2).nOut(4).dataFormat(NHWC).build(),
            new GroupedConvolution.Builder().kernelSize(3, 3).nOut(4).build(),
            new GroupNormalization.Builder().groups(1).build(),
            dense(),
            new ActivationLayer(Activation.TANH),
            new DropoutLayer(0.5),
            new BatchNormalization.Builder().dataFormat(NHWC).build(),
            new SubsamplingLayer.Builder().dataFormat(NHWC).build(),
            new Upsampling2D.Builder(2).dataFormat(NHWC).build(),
            new GlobalPoolingLayer.Builder(PoolingType.AVG)
                    .poolingDimensions(1, 2)
                    .build(),
            new LocalResponseNormalization.Builder().dataFormat(NHWC).build()
        };
    }

    private static Layer[] ofSequences() {
        return new Layer[] {
            lstm(),
            new SimpleRnn.Builder().nOut(4).activation(Activation.TANH).build(),
            new Gru.Builder().nOut(4).build(),
            new LayerNormalization.Builder().build()
        };
    }

    private static LSTM lstm() {
        return new LSTM.Builder().nOut(4).activation(Activation.TANH).build();
    }

    private static DenseLayer dense() {
        return new DenseLayer.Builder().nOut(4).activation(Activation.TANH).build();
    }

    private static MaskZeroLayer masked(Layer layer) {
        return new MaskZeroLayer.Builder().setUnderlying(layer).setMaskValue(77).build();
    }

    private static Layer steps() {
        return new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nOut(4)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static Layer vector() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(4)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static NetworkDefinition pictures(Layer layer) {
        InputType type = InputType.convolutional(6, 6, 3, NHWC);
        return new NetworkDefinition(
                graph().addLayer("x", layer, "in")
                        .addLayer("out", vector(), "x")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }

    private static NetworkDefinition sequences(Layer layer, Layer output) {
        InputType type = InputType.recurrent(4, 5);
        EmbeddingSequenceLayer embedding = new EmbeddingSequenceLayer.Builder()
                .nIn(4)
                .nOut(4)
                .inputLength(5)
                .build();
        return new NetworkDefinition(
                graph().addLayer("e", embedding, "in")
                        .addLayer("x", layer, "e")
                        .addLayer("out", output, "x")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }

    private static GraphBuilder graph() {
        return Hyperparameters.defaults().newConfiguration(3).graphBuilder().addInputs("in");
    }
}
