package io.lockstep.networks;

import static io.lockstep.networks.PartsOfConfigurations.Place;
import static io.lockstep.networks.PartsOfConfigurations.ofSubclass;
import static io.lockstep.networks.PartsOfConfigurations.places;
import static io.lockstep.networks.PartsOfConfigurations.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.games.Adversarial;
import io.lockstep.networks.layers.EngineLayer;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** What extends a part of DL4J's that the engine knows may do anything, so that DL4J must run it. */
class SubclassesTest {
    private static final CNN2DFormat NHWC = CNN2DFormat.NHWC;

    @TestFactory
    Stream<DynamicTest> whatExtendsATranslatedPartGoesToDl4j() {
        Map<Class<?>, DynamicTest> tests = new LinkedHashMap<>();
        for (NetworkDefinition network : networks()) {
            assertThat(Replicas.obstacle(network, 0)).isEmpty();
            for (Place place : places(network.configuration())) {
                Class<?> type = place.part().getClass();
                boolean possible = !Modifier.isFinal(type.getModifiers()) && !(place.part() instanceof EngineLayer);
                if (possible) {
                    tests.computeIfAbsent(
                            type, key -> DynamicTest.dynamicTest(key.getSimpleName(), () -> refused(network, key)));
                }
            }
        }
        assertThat(tests.size()).isGreaterThan(40); // it did find them
        return tests.values().stream();
    }

    private static void refused(NetworkDefinition network, Class<?> type) {
        NetworkDefinition changed = SerializationUtils.clone(network);
        Place place = places(changed.configuration()).stream()
                .filter(each -> each.part().getClass() == type)
                .findFirst()
                .orElseThrow();
        place.put().accept(ofSubclass(place.part()));
        assertThat(Replicas.obstacle(changed, 0))
                .as(type.getName() + " of " + place.owner())
                .isPresent()
                .get()
                .asString()
                .contains("Own" + type.getSimpleName());
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Sgd.class,
                Nesterovs.class,
                AdaGrad.class,
                AdaDelta.class,
                RmsProp.class,
                Adam.class,
                AMSGrad.class,
                AdaMax.class,
                Nadam.class
            })
    void whatExtendsAnUpdaterIsLeftToDl4j(Class<? extends IUpdater> type) throws ReflectiveOperationException {
        IUpdater known = type.getDeclaredConstructor().newInstance();
        assertThat(updatesInOnePass(known)).isTrue();
        assertThat(updatesInOnePass((IUpdater) ofSubclass(known))).isFalse();
    }

    private static boolean updatesInOnePass(IUpdater updater) {
        NetworkDefinition network = Networks.perceptron(Hyperparameters.defaults());
        network.configuration().getVertices().values().forEach(vertex -> {
            var layer = (org.deeplearning4j.nn.conf.layers.BaseLayer)
                    ((org.deeplearning4j.nn.conf.graph.LayerVertex) vertex)
                            .getLayerConf()
                            .getLayer();
            layer.setIUpdater(updater);
            layer.setBiasUpdater(updater);
        });
        try (CompiledReplica replica = new CompiledReplica(network, 2, 0, 1)) {
            return replica.updatesInOnePass();
        }
    }

    /** Gradients are three times as large as they should be. */
    public static final class TripleIdentity extends ActivationIdentity {
        private static final long serialVersionUID = 1L;

        @Override
        public INDArray getActivation(INDArray in, boolean training) {
            return in.muli(3);
        }

        @Override
        public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
            return new Pair<>(epsilon.mul(3), null);
        }
    }

    /** The same of what is positive. */
    public static final class TripleRelu extends ActivationReLU {
        private static final long serialVersionUID = 1L;

        @Override
        public INDArray getActivation(INDArray in, boolean training) {
            return super.getActivation(in, training).muli(3);
        }

        @Override
        public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
            return new Pair<>(super.backprop(in, epsilon).getFirst().muli(3), null);
        }
    }

    /** The layers that Lockstep puts in the place of DL4J's under DL4J's own runtime. */
    @Test
    void fasterLayersUnderDl4jDoNotTakeASubclassForItsParent() {
        InputType type = InputType.convolutional(6, 6, 2, NHWC);
        NetworkDefinition network = new NetworkDefinition(
                Hyperparameters.defaults()
                        .newConfiguration(3)
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer("c", convolution(new TripleIdentity()), "in")
                        .addLayer("r", new ActivationLayer(new TripleRelu()), "c")
                        .addLayer("out", softmax(4), "r")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
        Batch batch = Networks.batch(network, 1, 0, 5);
        ComputationGraph plain = new ComputationGraph(SerializationUtils.clone(network.configuration()));
        plain.init();
        DataSet set = Networks.dataSet(network, batch);
        plain.setInputs(set.getFeatures());
        plain.setLabels(set.getLabels());
        plain.computeGradientAndScore();
        float[] expected = plain.getFlattenedGradients().dup().data().asFloat();
        try (Dl4jReplica replica = new Dl4jReplica(network, 5, 0)) {
            replica.forwardBackward(batch, 1, mark -> {});
            float[] got = Networks.floats(replica.gradients());
            for (int i = 0; i < got.length; i++) {
                assertThat(got[i]).isCloseTo(expected[i], within(1e-4f * (1 + Math.abs(expected[i]))));
            }
        }
    }

    private static List<NetworkDefinition> networks() {
        List<NetworkDefinition> networks = new ArrayList<>();
        networks.add(pictures());
        networks.add(sequences(
                new LSTM.Builder()
                        .nOut(4)
                        .activation(Activation.TANH)
                        .dropOut(0.5)
                        .build(),
                LossFunction.MCXENT.getILossFunction()));
        networks.add(sequences(
                new Bidirectional(new SimpleRnn.Builder()
                        .nOut(4)
                        .activation(Activation.TANH)
                        .build()),
                new LossNegativeLogLikelihood()));
        for (Activation each : Activation.values()) {
            NetworkDefinition network = vectors(each.getActivationFunction(), softmax(4));
            if (Replicas.obstacle(network, 0).isEmpty()) {
                networks.add(network);
            }
        }
        networks.add(vectors(new ActivationELU(0.5), softmax(4)));
        networks.add(vectors(new ActivationGELU(true), softmax(4)));
        networks.add(vectors(new ActivationLReLU(0.2), softmax(4)));
        networks.add(vectors(new ActivationThresholdedReLU(0.2), softmax(4)));
        OutputLayer sparse = softmax(4);
        sparse.setLossFn(new LossSparseMCXENT());
        networks.add(vectors(new ActivationReLU(), sparse));
        networks.add(vectors(
                new ActivationReLU(),
                new OutputLayer.Builder(new LossBinaryXENT())
                        .nOut(1)
                        .activation(Activation.SIGMOID)
                        .build()));
        OutputLayer critic = new OutputLayer.Builder(new LossWasserstein())
                .nOut(1)
                .activation(Activation.IDENTITY)
                .build();
        NetworkDefinition judged = vectors(new ActivationReLU(), critic, Adversarial.of("d", 3, 0));
        networks.add(judged);
        return networks;
    }

    private static NetworkDefinition vectors(IActivation activation, OutputLayer output) {
        return vectors(activation, output, null);
    }

    private static NetworkDefinition vectors(IActivation activation, OutputLayer output, Adversarial adversarial) {
        InputType type = InputType.feedForward(7);
        DenseLayer dense = new DenseLayer.Builder()
                .nOut(6)
                .activation(activation)
                .weightNoise(new DropConnect(0.5))
                .build();
        return new NetworkDefinition(
                Hyperparameters.defaults()
                        .newConfiguration(3)
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer("d", dense, "in")
                        .addVertex("s", new SubsetVertex(1, 4), "d")
                        .addLayer("out", output, "s")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type,
                adversarial);
    }

    private static NetworkDefinition pictures() {
        InputType type = InputType.convolutional(6, 6, 2, NHWC);
        Deconvolution2D transposed = new Deconvolution2D.Builder(2, 2)
                .nOut(3)
                .activation(Activation.RELU)
                .dataFormat(NHWC)
                .build();
        transposed.setIDropout(new SpatialDropout(0.5));
        DropoutLayer noise = new DropoutLayer(new GaussianNoise(0.1));
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(3)
                .graphBuilder()
                .addInputs("in")
                .addLayer("c", convolution(new ActivationIdentity()), "in")
                .addLayer("n", new BatchNormalization.Builder().dataFormat(NHWC).build(), "c")
                .addLayer("a", new ActivationLayer(Activation.RELU), "n")
                .addLayer("p", new SubsamplingLayer.Builder().dataFormat(NHWC).build(), "a")
                .addLayer(
                        "l",
                        new LocalResponseNormalization.Builder()
                                .dataFormat(NHWC)
                                .build(),
                        "p")
                .addLayer("u", new Upsampling2D.Builder(2).dataFormat(NHWC).build(), "l")
                .addLayer("t", transposed, "u")
                .addLayer("g", noise, "t")
                .addLayer("h", new DropoutLayer(new GaussianDropout(0.1)), "t")
                .addVertex("e", new ElementWiseVertex(ElementWiseVertex.Op.Add), "g", "h")
                .addVertex("m", new MergeVertex(), "e", "g")
                .addLayer("out", softmax(4), "m")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    private static NetworkDefinition sequences(Layer layer, ILossFunction loss) {
        InputType type = InputType.recurrent(5, 6);
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(3)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "e",
                        new EmbeddingSequenceLayer.Builder()
                                .nIn(5)
                                .nOut(4)
                                .inputLength(6)
                                .build(),
                        "in")
                .addLayer("r", layer, "e")
                .addLayer("d", new DenseLayer.Builder().nOut(4).build(), "r")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(loss)
                                .nOut(5)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "d")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    private static ConvolutionLayer convolution(IActivation activation) {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(3)
                .activation(activation)
                .dataFormat(NHWC)
                .build();
    }

    private static OutputLayer softmax(int classes) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build();
    }
}
