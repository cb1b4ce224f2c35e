package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.dl4j.Dl4jReplica;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingCurveTest {
    private static final int BATCH = 12;
    private static final int STEPS = 20;

    static Stream<Hyperparameters> updaters() {
        Hyperparameters defaults = Hyperparameters.defaults();
        return Stream.of(
                defaults.withUpdater(UpdaterName.SGD, 0.1),
                defaults.withUpdater(UpdaterName.SGD, 0.1).withRegularization(1e-3, 1e-2, 0),
                defaults.withUpdater(UpdaterName.NESTEROVS, 0.05).withRegularization(0, 5e-3, 0),
                defaults.withUpdater(UpdaterName.ADAM, 0.01).withRegularization(0, 0, 0.1),
                defaults.withUpdater(UpdaterName.AMSGRAD, 0.01),
                defaults.withUpdater(UpdaterName.RMSPROP, 0.01));
    }

    @ParameterizedTest
    @MethodSource("updaters")
    void stepsGiveTheParametersThatDl4jsFitGives(Hyperparameters hyperparameters) {
        NetworkDefinition definition = Networks.perceptron(hyperparameters);
        ComputationGraph plain = Networks.plain(definition);
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            for (int step = 0; step < STEPS; step++) {
                Batch batch = Networks.batch(definition, step, 0, step == 7 ? 5 : BATCH); // one short batch
                plain.fit(Networks.dataSet(definition, batch));
                double loss =
                        replica.forwardBackward(batch, step, watermark -> {}).lossSum() / batch.size();
                assertThat(loss + replica.regularizationLoss()).isCloseTo(plain.score(), within(1e-5));
                Networks.average(replica, batch.size(), 1);
                replica.update(step, 0, hyperparameters.learningRate());
            }
            assertClose(Networks.floats(replica.parameters()), plain.params().toFloatVector(), 1e-6f);
        }
    }

    @Test
    void runningStatisticsFollowDl4js() {
        NetworkDefinition definition = Networks.residual(CNN2DFormat.NHWC, true);
        ComputationGraph plain = Networks.plain(definition);
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            for (int step = 0; step < 3; step++) {
                Batch batch = Networks.batch(definition, step, 0, BATCH);
                plain.fit(Networks.dataSet(definition, batch));
                replica.forwardBackward(batch, step, watermark -> {});
                Networks.average(replica, BATCH, 1);
                replica.update(step, 0, 0.1);
            }
            assertClose(Networks.floats(replica.parameters()), plain.params().toFloatVector(), 2e-4f);
        }
    }

    @ParameterizedTest
    @EnumSource(UpdaterName.class)
    void everyUpdaterLowersTheLossAtTheRateOfTheStep(UpdaterName updater) {
        NetworkDefinition definition =
                Networks.perceptron(Hyperparameters.defaults().withUpdater(updater, 123)); // a rate that must not count
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            Batch batch = Networks.batch(definition, 1, 0, BATCH);
            double first = replica.forwardBackward(batch, 0, watermark -> {}).lossSum();
            for (int step = 0; step < STEPS; step++) {
                replica.forwardBackward(batch, step, watermark -> {});
                Networks.average(replica, BATCH, 1);
                replica.update(step, 0, 0.02);
            }
            assertThat(replica.forwardBackward(batch, 0, watermark -> {}).lossSum())
                    .isLessThan(first);
        }
    }

    @Test
    void decoupledDecayFollowsTheRateOfTheStep() {
        Hyperparameters decay =
                Hyperparameters.defaults().withUpdater(UpdaterName.SGD, 1).withRegularization(0, 0, 0.5);
        NetworkDefinition definition = Networks.perceptron(decay);
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            float[] before = Networks.floats(replica.parameters());
            replica.forwardBackward(Networks.batch(definition, 1, 0, 0), 0, watermark -> {});
            replica.update(0, 0, 0.25);
            float[] after = Networks.floats(replica.parameters());
            for (int i = 0; i < before.length; i++) {
                // weights shrink by rate x decay; biases start at 0 and stay there
                assertThat(after[i]).isCloseTo(before[i] * (1 - 0.25f * 0.5f), within(1e-7f));
            }
        }
    }

    private static void assertClose(float[] actual, float[] expected, float tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("element %d", i).isCloseTo(expected[i], within(tolerance));
        }
    }
}
