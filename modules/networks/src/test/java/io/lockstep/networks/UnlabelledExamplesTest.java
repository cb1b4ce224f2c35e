package io.lockstep.networks;

import static io.lockstep.networks.OutputLossesTest.CLASSES;
import static io.lockstep.networks.OutputLossesTest.EXAMPLES;
import static io.lockstep.networks.OutputLossesTest.batch;
import static io.lockstep.networks.OutputLossesTest.layer;
import static io.lockstep.networks.OutputLossesTest.network;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.BatchResult;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** What DL4J's runtime makes of labels that do not count, and which outputs DL4J itself gets wrong. */
class UnlabelledExamplesTest {
    @ParameterizedTest
    @MethodSource("io.lockstep.networks.OutputLossesTest#lossesInOutputs")
    void examplesWithoutALabelTeachNothing(ILossFunction loss, Class<?> output, int outputs) {
        assumeThat(output).isNotEqualTo(CenterLossOutputLayer.class); // see below
        assumeThat(loss instanceof LossPoisson && output == RnnOutputLayer.class)
                .isFalse(); // has no gradient in DL4J
        NetworkDefinition network = network(layer(output, loss, outputs), output == RnnOutputLayer.class);
        int labels = network.labelsOfExample();
        Batch batch = batch(network, outputs);
        for (int i = 0; i < EXAMPLES; i += 2) {
            for (int j = 0; j < labels; j++) {
                batch.labels().put(i * labels + j, SoftmaxCrossEntropy.NO_LABEL);
            }
        }
        try (Dl4jReplica replica = new Dl4jReplica(network, EXAMPLES, 0)) {
            Batch all = batch(network, outputs);
            replica.forwardBackward(all, 1, mark -> {});
            float[] ofAll = Networks.floats(replica.gradients());
            BatchResult expected = BatchResult.EMPTY;
            float[] gradient = new float[Networks.floats(replica.gradients()).length];
            for (int i = 1; i < EXAMPLES; i += 2) {
                expected = expected.plus(replica.forwardBackward(batch.slice(i, 1), 1, mark -> {}));
                float[] each = Networks.floats(replica.gradients());
                for (int at = 0; at < gradient.length; at++) {
                    gradient[at] += each[at];
                }
            }
            BatchResult result = replica.forwardBackward(batch, 1, mark -> {});

            assertThat(result.labels()).isEqualTo(EXAMPLES / 2 * labels);
            assertThat(result.lossSum()).isCloseTo(expected.lossSum(), within(1e-4));
            assertThat(Networks.floats(replica.gradients())).containsExactly(gradient, within(1e-5f));
            assertThat(replica.evaluate(batch, new int[EXAMPLES * labels]).lossSum())
                    .isCloseTo(result.lossSum(), within(1e-3));
            Batch one = batch.slice(0, 1); // without a label
            assertThat(replica.forwardBackward(one, 1, mark -> {}).labels()).isZero();
            assertThat(Networks.floats(replica.gradients()))
                    .containsExactly(new float[gradient.length], within(0f)); // or -0
            assertThat(replica.forwardBackward(all, 1, mark -> {}).labels()).isEqualTo(EXAMPLES * labels);
            assertThat(Networks.floats(replica.gradients())).isEqualTo(ofAll);
        }
    }

    @Test
    void aCentreLossIsRefusedAnExampleWithoutALabelWhichItWouldPullToTheOrigin() {
        NetworkDefinition network = network(layer(CenterLossOutputLayer.class, new LossMCXENT(), CLASSES), false);
        Batch batch = batch(network, CLASSES);
        batch.labels().put(2, SoftmaxCrossEntropy.NO_LABEL);
        try (Dl4jReplica replica = new Dl4jReplica(network, EXAMPLES, 0)) {
            assertThatThrownBy(() -> replica.forwardBackward(batch, 1, mark -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("output 'out' is a CenterLossOutputLayer")
                    .hasMessageContaining("example 2");
        }
    }

    @Test
    void softmaxOfStepsWithAnotherLossIsTheEngines() {
        List<ILossFunction> wrong = List.of(new LossPoisson(), new LossKLD(), new LossHinge(), new LossWasserstein());
        for (ILossFunction loss : wrong) {
            NetworkDefinition network = toldNumbers(layer(RnnOutputLayer.class, loss, CLASSES));
            assertThatThrownBy(() -> Dl4jReplica.requireRuns(network, 0, false))
                    .hasMessageContaining("softmax of steps with a loss other than the cross-entropy");
            assertThat(Replicas.obstacle(network, 0)).isEmpty();
        }
        for (ILossFunction loss : List.of(new LossMSE(), new LossMAE(), new LossMSLE(), new LossCosineProximity())) {
            NetworkDefinition network = toldNumbers(new RnnLossLayer.Builder(loss)
                    .activation(Activation.SOFTMAX)
                    .build());
            assertThatThrownBy(() -> Dl4jReplica.requireRuns(network, 0, false))
                    .hasMessageContaining("softmax of steps with a loss other than the cross-entropy");
            assertThat(Replicas.obstacle(network, 0)).isEmpty();
            Dl4jReplica.requireRuns(toldNumbers(layer(RnnOutputLayer.class, loss, CLASSES)), 0, false);
        }
    }

    private static NetworkDefinition toldNumbers(Layer output) {
        return network(output, true, Feeds.USUAL.kind("out", LabelKind.VALUES));
    }
}
