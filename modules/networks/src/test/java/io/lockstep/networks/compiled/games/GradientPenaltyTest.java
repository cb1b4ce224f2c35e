package io.lockstep.networks.compiled.games;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.DropoutMask;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Precision;
import io.lockstep.engine.reference.ReferenceNetwork;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.VertexGraph;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.games.Adversarial;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Trainee;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class GradientPenaltyTest {
    private static final int EXAMPLES = 4;
    private static final int PIXELS = 6;
    private static final int LATENT = 3;
    private static final double WEIGHT = 3;
    private static final long SEED = 17;
    private static final double STEP = 1e-5;

    private static NetworkDefinition network(boolean norm, double penalty) {
        Hyperparameters hyperparameters = Hyperparameters.defaults().withUpdater(UpdaterName.RMSPROP, 0.001);
        InputType type = InputType.feedForward(LATENT);
        GraphBuilder graph = hyperparameters
                .newConfiguration(5)
                .graphBuilder()
                .addInputs("latent")
                .addLayer("generated", dense(PIXELS), "latent")
                .addLayer("d1", dense(7), "generated");
        if (norm) {
            graph.addLayer("d_norm", new BatchNormalization(), "d1");
        }
        graph.addLayer("d2", dense(5), norm ? "d_norm" : "d1");
        OutputLayer critic = new OutputLayer.Builder(LossFunction.WASSERSTEIN)
                .nOut(1)
                .activation(Activation.IDENTITY)
                .build();
        graph.addLayer("output", critic, "d2").setOutputs("output").setInputTypes(type);
        ComputationGraphConfiguration configuration = graph.build();
        hyperparameters.separateUpdater(configuration, Set.of("d1", "d_norm", "d2", "output"));
        Adversarial rules = Adversarial.of("generated", LATENT, 0).withGradientPenalty(penalty);
        return new NetworkDefinition(configuration, type, rules);
    }

    private static DenseLayer dense(int units) {
        return new DenseLayer.Builder().nOut(units).activation(Activation.TANH).build();
    }

    private static Batch batch() {
        ByteBuffer pictures = FlatBuffers.allocate(EXAMPLES * PIXELS);
        Random random = new Random(3);
        for (int i = 0; i < EXAMPLES * PIXELS; i++) {
            pictures.putFloat(i * Float.BYTES, random.nextFloat() * 2 - 1);
        }
        return new Batch(EXAMPLES, 9, pictures, IntBuffer.allocate(EXAMPLES));
    }

    @Test
    void itsGradientIsTheSlopeOfThePenalty() {
        double[] with = criticGradient(WEIGHT);
        double[] without = criticGradient(0);
        double largest = 0;
        try (GameReplica replica = new GameReplica(network(false, WEIGHT), EXAMPLES, 1, Precision.FLOAT32)) {
            double[] points = points(replica);
            Graph critic = critic();
            double[] parameters = doubles(replica.turns().get(0).trainee().parameters());
            for (int i = 0; i < parameters.length; i++) {
                double before = parameters[i];
                parameters[i] = before + STEP;
                double up = penalty(critic, parameters, points);
                parameters[i] = before - STEP;
                double down = penalty(critic, parameters, points);
                parameters[i] = before;
                double slope = (up - down) / (2 * STEP);
                largest = Math.max(largest, Math.abs(slope));
                assertThat(with[i] - without[i])
                        .as("parameter %d", i)
                        .isCloseTo(slope, within(2e-3 + 2e-3 * Math.abs(slope)));
            }
        }
        assertThat(largest).as("the penalty has a slope at all").isGreaterThan(0.5);
    }

    @Test
    void aCriticWithBatchNormIsRefused() {
        assertThatThrownBy(() -> new GameReplica(network(true, WEIGHT), EXAMPLES, 1, Precision.FLOAT32))
                .hasMessageContaining("batch norm")
                .hasMessageContaining("wgan-gp");
    }

    private static double[] criticGradient(double penalty) {
        try (GameReplica replica = new GameReplica(network(false, penalty), EXAMPLES, 1, Precision.FLOAT32)) {
            Trainee critic = replica.turns().get(0).trainee();
            critic.forwardBackward(batch(), SEED, watermark -> {});
            return doubles(critic.gradients());
        }
    }

    /** Between pictures and samples, as the penalty draws them. */
    private static double[] points(GameReplica replica) {
        Batch batch = batch();
        ByteBuffer samples = replica.draw(
                Adversarial.GENERATED, Adversarial.REAL, batch, SEED); // no batch norm, no noise: as in training
        double[] points = new double[EXAMPLES * PIXELS];
        for (int i = 0; i < points.length; i++) {
            double share = DropoutMask.uniform(SEED, 0x6270, batch.firstExample() + i / PIXELS);
            int at = i * Float.BYTES;
            points[i] = share * batch.features().getFloat(at) + (1 - share) * samples.getFloat(at);
        }
        return points;
    }

    private static Graph critic() {
        NetworkDefinition definition = network(false, 0);
        try (Dl4jReplica network = new Dl4jReplica(definition, 1, 0)) {
            Graph whole = CompiledReplica.graphOf(network, definition);
            var vertices = VertexGraph.of(network.graph(), definition);
            return whole.after(vertices.nodeOf().get("generated"));
        }
    }

    private static double penalty(Graph critic, double[] parameters, double[] points) {
        var reference = new ReferenceNetwork(critic, parameters, true, 0, 0);
        reference.forward(points, new int[EXAMPLES]);
        reference.backward();
        double sum = 0;
        for (int i = 0; i < EXAMPLES; i++) {
            double squares = 0;
            for (int e = 0; e < PIXELS; e++) {
                double g = reference.inputGradient()[i * PIXELS + e];
                squares += g * g;
            }
            sum += WEIGHT * Math.pow(Math.sqrt(squares) - 1, 2);
        }
        return sum;
    }

    private static double[] doubles(ByteBuffer floats) {
        double[] values = new double[floats.limit() / Float.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats.getFloat(i * Float.BYTES);
        }
        return values;
    }
}
