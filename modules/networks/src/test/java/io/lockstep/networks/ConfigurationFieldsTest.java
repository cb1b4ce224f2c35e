package io.lockstep.networks;

import static io.lockstep.networks.DecidedFields.CLASSES;
import static io.lockstep.networks.DecidedFields.decided;
import static io.lockstep.networks.DecidedFields.decidedAs;
import static io.lockstep.networks.SmallConfigurations.active;
import static io.lockstep.networks.SmallConfigurations.behind;
import static io.lockstep.networks.SmallConfigurations.dense;
import static io.lockstep.networks.SmallConfigurations.dropping;
import static io.lockstep.networks.SmallConfigurations.flattenedOtherwise;
import static io.lockstep.networks.SmallConfigurations.hardLstm;
import static io.lockstep.networks.SmallConfigurations.judging;
import static io.lockstep.networks.SmallConfigurations.losing;
import static io.lockstep.networks.SmallConfigurations.lstm;
import static io.lockstep.networks.SmallConfigurations.network;
import static io.lockstep.networks.SmallConfigurations.noisy;
import static io.lockstep.networks.SmallConfigurations.output;
import static io.lockstep.networks.SmallConfigurations.pictures;
import static io.lockstep.networks.SmallConfigurations.sequences;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.networks.compiled.Replicas;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.stepfunctions.GradientStepFunction;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * No field of a DL4J configuration is passed over: each is in the list beside this test, with what becomes of it. A field that
 * another version of DL4J brings fails here, until somebody has decided.
 */
class ConfigurationFieldsTest {
    private static final CNN2DFormat NHWC = CNN2DFormat.NHWC;

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
}
