package io.lockstep.networks;

import static io.lockstep.networks.AgainstDl4j.defined;
import static io.lockstep.networks.AgainstDl4j.dense;
import static io.lockstep.networks.AgainstDl4j.graph;
import static io.lockstep.networks.AgainstDl4j.softmax;
import static io.lockstep.networks.AgainstDl4j.trainsAsDl4j;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.BatchResult;
import io.lockstep.training.NetworkReplica;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Masks and weights of other values than they may have, in both runtimes. */
class CountedValuesTest {
    private static final int EXAMPLES = 3;

    private static NetworkDefinition classes(Feeds feeds) {
        return defined(
                graph("in").addLayer("out", softmax(2), "in").setOutputs("out"), feeds, InputType.feedForward(4));
    }

    private static NetworkDefinition steps(Feeds feeds) {
        RnnOutputLayer output = new RnnOutputLayer.Builder(new LossMCXENT())
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build();
        return defined(graph("in").addLayer("out", output, "in").setOutputs("out"), feeds, InputType.recurrent(2, 2));
    }

    /** @param labels of an example */
    private static Batch batch(int labels, Column counted) {
        Field told = labels == 1 ? Field.int32("labels") : Field.int32("labels", labels);
        Field features = labels == 1 ? Field.float32("features", 4) : Field.float32("features", 2, 2);
        return new Batch(
                EXAMPLES,
                30,
                Column.ofFloats(features, new float[EXAMPLES * 4]),
                Column.ofInts(told, new int[EXAMPLES * labels]),
                counted);
    }

    private static void refuses(NetworkReplica replica, Batch batch, String... named) {
        assertThatThrownBy(() -> replica.forwardBackward(batch, 1, mark -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(named);
        assertThatThrownBy(() -> replica.evaluate(batch))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(named);
    }

    @ParameterizedTest
    @ValueSource(floats = {0.5f, -1, Float.NaN})
    void aMaskIsZerosAndOnesInBothRuntimes(float value) {
        Column mask = Column.ofFloats(Field.float32("counts"), 1, value, 0);
        NetworkDefinition network = classes(Feeds.USUAL.mask("out", "counts"));
        try (NetworkReplica compiled = new CompiledReplica(network, EXAMPLES, 0, 1);
                NetworkReplica dl4j = new Dl4jReplica(network, EXAMPLES, 0)) {
            for (NetworkReplica replica : List.of(compiled, dl4j)) {
                refuses(
                        replica,
                        batch(1, mask),
                        "column 'counts' has a " + value + " for example 1 of a batch",
                        "example 31 in the order of this pass",
                        "a mask has 0");
            }
        }
    }

    @Test
    void ofSeveralStepsTheOneIsNamed() {
        Column mask = Column.ofFloats(Field.float32("mask", 2), 1, 1, 0, 1, 0, 0.25f);
        try (NetworkReplica compiled = new CompiledReplica(steps(Feeds.USUAL), EXAMPLES, 0, 1)) {
            refuses(compiled, batch(2, mask), "column 'mask' has a 0.25 for example 2 (number 1 of it)");
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {-0.5f, Float.NaN, Float.POSITIVE_INFINITY})
    void weightsAreFiniteAndNotNegative(float value) {
        try (NetworkReplica compiled = new CompiledReplica(classes(Feeds.USUAL), EXAMPLES, 0, 1)) {
            Column wrong = Column.ofFloats(Field.float32("weights"), 1, 0, value);
            refuses(compiled, batch(1, wrong), "column 'weights' has a " + value + " for example 2", "the weight 0");
            Column right = Column.ofFloats(Field.float32("weights"), 1, 0, 2.5f);
            assertThat(compiled.forwardBackward(batch(1, right), 1, mark -> {}).labels())
                    .isEqualTo(2);
        }
    }

    @Test
    void aMaskOfClassesTellsWhichExamplesCount() {
        GraphBuilder graph = graph("in")
                .addLayer("hidden", dense(6), "in")
                .addLayer("out", softmax(3), "hidden")
                .setOutputs("out");
        NetworkDefinition network = defined(graph, Feeds.USUAL.mask("out", "counts"), InputType.feedForward(4));
        assertThat(Replicas.obstacle(network, 0)).isEmpty();
        trainsAsDl4j(
                network,
                1e-5,
                examples -> examples.input("features", 4)
                        .classes("labels", 3, false)
                        .labelMask("counts", 1));
        Batch batch = new ColumnsOfExamples(2, 1)
                .input("features", 4)
                .classes("labels", 3, false)
                .batch();
        List<Column> columns = new ArrayList<>(batch.columns());
        columns.add(Column.ofFloats(Field.float32("counts"), 1, 0));
        columns.add(Column.ofFloats(Field.float32(Batch.WEIGHTS), 3, 3));
        try (NetworkReplica replica = new CompiledReplica(network, 2, 0, 1)) {
            double alone = replica.evaluate(new Batch(2, 0, columns.subList(0, 3)))
                    .result()
                    .lossSum();
            BatchResult weighed = replica.evaluate(new Batch(2, 0, columns)).result();
            assertThat(weighed.labels()).isEqualTo(1);
            assertThat(weighed.lossSum()).isCloseTo(3 * alone, within(1e-6));
        }
    }
}
