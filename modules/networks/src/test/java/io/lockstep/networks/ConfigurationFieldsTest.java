package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.networks.compiled.Replicas;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.stepfunctions.GradientStepFunction;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.layers.util.IdentityLayer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * No field of a DL4J configuration is passed over: each is in the list beside this test, with what becomes of it. A field that
 * another version of DL4J brings fails here, until somebody has decided.
 */
class ConfigurationFieldsTest {
    private static final CNN2DFormat NHWC = CNN2DFormat.NHWC;
    /** What Lockstep reads itself, or does in DL4J's place. */
    private static final List<Class<?>> CLASSES = List.of(
            NeuralNetConfiguration.class,
            ComputationGraphConfiguration.class,
            MultiLayerConfiguration.class,
            ConvolutionLayer.class,
            Deconvolution2D.class,
            DepthwiseConvolution2D.class,
            SubsamplingLayer.class,
            Upsampling2D.class,
            BatchNormalization.class,
            LSTM.class,
            SimpleRnn.class,
            DenseLayer.class,
            OutputLayer.class,
            RnnOutputLayer.class,
            LossLayer.class,
            CenterLossOutputLayer.class,
            GlobalPoolingLayer.class,
            LocalResponseNormalization.class,
            EmbeddingSequenceLayer.class,
            Bidirectional.class,
            LastTimeStep.class,
            TimeDistributed.class,
            MaskZeroLayer.class,
            SelfAttentionLayer.class,
            Convolution1DLayer.class,
            Subsampling1DLayer.class,
            Upsampling1D.class,
            ZeroPadding1DLayer.class,
            ZeroPaddingLayer.class,
            Cropping1D.class,
            Cropping2D.class,
            SpaceToDepthLayer.class,
            RepeatVector.class,
            PReLULayer.class,
            ElementWiseMultiplicationLayer.class,
            EmbeddingLayer.class,
            MaskLayer.class,
            IdentityLayer.class,
            ActivationLayer.class,
            DropoutLayer.class,
            LayerVertex.class,
            ElementWiseVertex.class,
            MergeVertex.class,
            SubsetVertex.class,
            PreprocessorVertex.class,
            ScaleVertex.class,
            DuplicateToTimeSeriesVertex.class,
            LastTimeStepVertex.class,
            L2Vertex.class,
            PoolHelperVertex.class,
            ReshapeVertex.class,
            AttentionVertex.class,
            CnnToFeedForwardPreProcessor.class,
            FeedForwardToCnnPreProcessor.class,
            ComposableInputPreProcessor.class,
            RnnToFeedForwardPreProcessor.class,
            FeedForwardToRnnPreProcessor.class,
            Dropout.class,
            SpatialDropout.class,
            GaussianDropout.class,
            GaussianNoise.class,
            AlphaDropout.class,
            DropConnect.class,
            LossMCXENT.class,
            LossNegativeLogLikelihood.class,
            LossSparseMCXENT.class,
            LossBinaryXENT.class,
            LossWasserstein.class,
            ActivationTanH.class,
            ActivationSigmoid.class,
            ActivationReLU.class,
            ActivationLReLU.class,
            ActivationThresholdedReLU.class,
            ActivationELU.class,
            ActivationGELU.class,
            ActivationIdentity.class,
            ActivationSoftmax.class,
            Sgd.class,
            NoOp.class,
            Nesterovs.class,
            AdaGrad.class,
            AdaDelta.class,
            RmsProp.class,
            Adam.class,
            AMSGrad.class,
            AdaMax.class,
            Nadam.class,
            L1Regularization.class,
            L2Regularization.class,
            WeightDecay.class);

    /** By "class field". */
    private static Map<String, List<String>> decided() {
        try (InputStream in = ConfigurationFieldsTest.class.getResourceAsStream("configuration-fields.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> List.of(line.strip().split("\\s+", 4)))
                    .collect(Collectors.toMap(words -> words.get(0) + " " + words.get(1), words -> words));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Set<String> decidedAs(String verdict) {
        return decided().entrySet().stream()
                .filter(each -> each.getValue().get(2).equals(verdict))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void ofEachFieldItIsDecidedWhatBecomesOfIt() {
        Set<String> fields = new LinkedHashSet<>();
        for (Class<?> type : CLASSES) {
            for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
                for (Field field : each.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                        fields.add(each.getSimpleName() + " " + field.getName());
                    }
                }
            }
        }
        assertThat(decided().keySet()).containsExactlyInAnyOrderElementsOf(fields);
    }

    @Test
    void whatIsSaidToBeHeededHasATestThatIsThere() {
        decided().forEach((field, words) -> {
            assertThat(words.get(2)).as(field).isIn("heeded", "dl4j", "fallback", "refused", "replaced", "idle");
            if (words.get(2).equals("heeded")) {
                assertThat(getClass().getResource(words.get(3) + ".class"))
                        .as("%s of %s", words.get(3), field)
                        .isNotNull();
            }
        });
    }

    // ------------------------------------------------------------------ refused

    @TestFactory
    Stream<DynamicTest> whatIsNotHeededIsRefusedByName() {
        Map<String, Consumer<ComputationGraphConfiguration>> changes = new LinkedHashMap<>();
        changes.put(
                "NeuralNetConfiguration optimizationAlgo",
                configuration -> layer(configuration, "d").setOptimizationAlgo(OptimizationAlgorithm.LBFGS));
        changes.put(
                "NeuralNetConfiguration stepFunction",
                configuration -> layer(configuration, "d").setStepFunction(new GradientStepFunction()));
        changes.put(
                "NeuralNetConfiguration minimize",
                configuration -> configuration.getDefaultConfiguration().setMinimize(false));
        changes.put(
                "NeuralNetConfiguration dataType",
                configuration -> configuration.getDefaultConfiguration().setDataType(DataType.DOUBLE));
        changes.put(
                "ComputationGraphConfiguration dataType", configuration -> configuration.setDataType(DataType.HALF));
        Consumer<ComputationGraphConfiguration> unequal = configuration -> {
            configuration.setBackpropType(BackpropType.TruncatedBPTT);
            configuration.setTbpttFwdLength(4);
            configuration.setTbpttBackLength(2);
        };
        changes.put("ComputationGraphConfiguration tbpttFwdLength", unequal);
        changes.put("ComputationGraphConfiguration tbpttBackLength", unequal);
        Set<String> ofGraphs = decidedAs("refused");
        ofGraphs.removeIf(field -> field.startsWith("MultiLayer")); // which become graphs
        assertThat(changes.keySet()).containsExactlyInAnyOrderElementsOf(ofGraphs);
        return changes.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    NetworkDefinition network = network(dense());
                    ComputationGraphConfiguration changed = SerializationUtils.clone(network.configuration());
                    each.getValue().accept(changed);
                    assertThatThrownBy(() -> new NetworkDefinition(changed, network.input()))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining(each.getKey().split(" ")[1]);
                }));
    }

    @Test
    void whatANetworkOfLayersInARowHasIsRefusedToo() {
        var builder = new NeuralNetConfiguration.Builder()
                .optimizationAlgo(OptimizationAlgorithm.CONJUGATE_GRADIENT)
                .list()
                .layer(dense())
                .layer(output())
                .setInputType(InputType.feedForward(7));
        assertThatThrownBy(() -> NetworkDefinition.of(builder.build(), InputType.feedForward(7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("optimizationAlgo");
    }

    private static NeuralNetConfiguration layer(ComputationGraphConfiguration configuration, String name) {
        return ((LayerVertex) configuration.getVertices().get(name)).getLayerConf();
    }

    // ------------------------------------------------------------------ left to DL4J

    @TestFactory
    Stream<DynamicTest> whatTheEngineDoesNotHeedGoesToDl4j() {
        ISchedule schedule = new FixedSchedule(0.5);
        Map<String, NetworkDefinition> networks = new LinkedHashMap<>();
        networks.put(
                "BatchNormalization lockGammaBeta",
                pictures(new BatchNormalization.Builder()
                        .lockGammaBeta(true)
                        .dataFormat(NHWC)
                        .build()));
        networks.put("AbstractLSTM gateActivationFn", sequences(hardLstm()));
        networks.put("LSTM gateActivationFn", sequences(hardLstm()));
        networks.put(
                "SimpleRnn hasLayerNorm",
                sequences(new SimpleRnn.Builder()
                        .nOut(4)
                        .activation(Activation.TANH)
                        .hasLayerNorm(true)
                        .build()));
        networks.put(
                "DenseLayer hasLayerNorm",
                network(new DenseLayer.Builder().nOut(4).hasLayerNorm(true).build()));
        networks.put(
                "GlobalPoolingLayer collapseDimensions",
                pictures(new GlobalPoolingLayer.Builder(PoolingType.AVG)
                        .poolingDimensions(1, 2)
                        .collapseDimensions(false)
                        .build()));
        networks.put("ReshapeVertex reshapeOrder", behind(new ReshapeVertex('f', new int[] {-1, 7}, null)));
        networks.put("CnnToFeedForwardPreProcessor format", flattenedOtherwise());
        networks.put("Dropout pSchedule", dropping(new Dropout(schedule)));
        networks.put("SpatialDropout pSchedule", dropping(new SpatialDropout(schedule)));
        networks.put("GaussianDropout rateSchedule", dropping(new GaussianDropout(schedule)));
        networks.put("GaussianNoise stddevSchedule", dropping(new GaussianNoise(schedule)));
        networks.put("AlphaDropout pSchedule", dropping(new AlphaDropout(schedule)));
        networks.put("AlphaDropout alpha", dropping(with(new AlphaDropout(0.5), "alpha", 1.5)));
        networks.put("AlphaDropout lambda", dropping(with(new AlphaDropout(0.5), "lambda", 1.5)));
        networks.put("DropConnect weightRetainProbSchedule", noisy(new DropConnect(schedule)));
        networks.put("DropConnect applyToBiases", noisy(new DropConnect(0.5, true)));
        networks.put("LossMCXENT softmaxClipEps", losing(new LossMCXENT(0.1, null)));
        networks.put("LossBinaryXENT weights", judging(new LossBinaryXENT(Nd4j.createFromArray(2f))));
        assertThat(networks.keySet()).containsExactlyInAnyOrderElementsOf(decidedAs("fallback"));
        return networks.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(
                        each.getKey(),
                        () -> assertThat(Replicas.obstacle(each.getValue(), 0)).isPresent()));
    }

    @Test
    void theSameNetworksWithoutThatAreTheEngines() {
        for (NetworkDefinition network : List.of(
                network(dense()),
                sequences(lstm()),
                sequences(new SimpleRnn.Builder()
                        .nOut(4)
                        .activation(Activation.TANH)
                        .build()),
                pictures(new BatchNormalization.Builder().dataFormat(NHWC).build()),
                dropping(new AlphaDropout(0.5)),
                noisy(new DropConnect(0.5)),
                losing(new LossMCXENT()),
                judging(new LossBinaryXENT()),
                active(new ActivationReLU(3.0, 0.5, 0.5)))) {
            assertThat(Replicas.obstacle(network, 0)).isEmpty();
        }
    }

    private static <T> T with(T part, String field, Object value) {
        try {
            Field declared = part.getClass().getDeclaredField(field);
            declared.setAccessible(true);
            declared.set(part, value);
            return part;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    // ------------------------------------------------------------------ networks

    private static DenseLayer dense() {
        return new DenseLayer.Builder().nOut(4).activation(Activation.TANH).build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(4)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static LSTM lstm() {
        return new LSTM.Builder().nOut(4).activation(Activation.TANH).build();
    }

    private static LSTM hardLstm() {
        return new LSTM.Builder()
                .nOut(4)
                .activation(Activation.TANH)
                .gateActivationFunction(Activation.HARDSIGMOID)
                .build();
    }

    private static NetworkDefinition dropping(IDropout dropout) {
        DenseLayer layer = dense();
        layer.setIDropout(dropout);
        return network(layer);
    }

    private static NetworkDefinition noisy(DropConnect noise) {
        DenseLayer layer = dense();
        layer.setWeightNoise(noise);
        return network(layer);
    }

    private static NetworkDefinition active(ActivationReLU activation) {
        DenseLayer layer = dense();
        layer.setActivationFn(activation);
        return network(layer);
    }

    private static NetworkDefinition losing(ILossFunction loss) {
        OutputLayer output = output();
        output.setLossFn(loss);
        return network(dense(), output);
    }

    private static NetworkDefinition judging(ILossFunction loss) {
        return network(
                dense(),
                new OutputLayer.Builder(loss)
                        .nOut(1)
                        .activation(Activation.SIGMOID)
                        .build());
    }

    private static NetworkDefinition network(Layer layer) {
        return network(layer, output());
    }

    private static NetworkDefinition network(Layer layer, Layer output) {
        return built(InputType.feedForward(7), List.of(layer, output));
    }

    private static NetworkDefinition pictures(Layer layer) {
        return built(InputType.convolutional(4, 4, 2, NHWC), List.of(layer, output()));
    }

    private static NetworkDefinition sequences(Layer layer) {
        return sequences(layer, false);
    }

    private static NetworkDefinition sequences(Layer layer, boolean bias) {
        EmbeddingSequenceLayer embedding = new EmbeddingSequenceLayer.Builder()
                .nIn(4)
                .nOut(4)
                .inputLength(5)
                .hasBias(bias)
                .build();
        RnnOutputLayer output = new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nOut(4)
                .activation(Activation.SOFTMAX)
                .build();
        return built(InputType.recurrent(4, 5), List.of(embedding, layer, output));
    }

    private static NetworkDefinition built(InputType type, List<Layer> layers) {
        List<String> names = Arrays.asList("in", "d", "e", "f");
        var graph =
                Hyperparameters.defaults().newConfiguration(3).graphBuilder().addInputs("in");
        int last = layers.size();
        for (int i = 1; i <= last; i++) {
            graph.addLayer(i == last ? "out" : names.get(i), layers.get(i - 1), names.get(i - 1));
        }
        return new NetworkDefinition(graph.setOutputs("out").setInputTypes(type).build(), type);
    }

    private static NetworkDefinition behind(GraphVertex vertex) {
        InputType type = InputType.feedForward(7);
        return new NetworkDefinition(
                Hyperparameters.defaults()
                        .newConfiguration(3)
                        .graphBuilder()
                        .addInputs("in")
                        .addVertex("s", vertex, "in")
                        .addLayer("out", output(), "s")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }

    private static NetworkDefinition flattenedOtherwise() {
        NetworkDefinition network =
                pictures(new BatchNormalization.Builder().dataFormat(NHWC).build());
        LayerVertex output = (LayerVertex) network.configuration().getVertices().get("out");
        output.setPreProcessor(new CnnToFeedForwardPreProcessor(4, 4, 2, CNN2DFormat.NCHW));
        return network;
    }
}
