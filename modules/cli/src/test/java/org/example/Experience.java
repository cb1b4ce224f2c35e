package org.example;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.engine.operations.ElementLosses.ElementLoss;
import io.lockstep.engine.operations.ElementLosses.Kind;
import io.lockstep.engine.operations.Losses.BinaryLoss;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.games.GamePass;
import io.lockstep.networks.games.GameTurn;
import io.lockstep.networks.games.Source;
import io.lockstep.networks.games.TurnList;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * What was done in a state, and what it was worth, and the networks of somebody who learns from that: a critic that tells what an
 * action is worth, and an actor that learns what to do by asking it.
 *
 * @param first number of the first example
 */
public record Experience(long first, int examples) implements Dataset, Serializable {
    private static final int STATES = 3;
    private static final int ACTIONS = 2;

    @Override
    public String name() {
        return "experience";
    }

    @Override
    public List<Field> fields() {
        return List.of(
                Field.float32(Batch.FEATURES, STATES), Field.float32("done", ACTIONS), Field.float32("reward", 1));
    }

    @Override
    public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
        return (example, epoch, into, place) -> {
            SplittableRandom random = new SplittableRandom(first + example);
            float[] state = new float[STATES];
            float[] done = new float[ACTIONS];
            for (int i = 0; i < STATES; i++) {
                state[i] = (float) random.nextDouble() - 0.5f;
            }
            for (int i = 0; i < ACTIONS; i++) {
                done[i] = 2 * (float) random.nextDouble() - 1;
            }
            float x = done[0] - 0.7f - state[0];
            float y = done[1] + 0.7f - state[1];
            into.column(Batch.FEATURES).putFloats(place, state);
            into.column("done").putFloats(place, done);
            into.column("reward").putFloats(place, -x * x - y * y);
        };
    }

    /** The actor learns in every second step. */
    public static NetworkDefinition actorAndCritic(String reward) {
        InputType type = InputType.feedForward(STATES);
        Hyperparameters hyperparameters = Hyperparameters.defaults();
        ComputationGraphConfiguration configuration = hyperparameters
                .newConfiguration(3)
                .graphBuilder()
                .addInputs("state")
                .addLayer("hidden", dense(8), "state")
                .addLayer("action", dense(ACTIONS), "hidden")
                .addVertex("both", new MergeVertex(), "state", "action")
                .addLayer("judging", dense(12), "both")
                .addLayer(
                        "value",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "judging")
                .setOutputs("value")
                .setInputTypes(type)
                .build();
        hyperparameters.separateUpdater(configuration, Set.of("judging", "value"));
        TurnList game = TurnList.builder()
                .part("actor", "action", "state")
                .part("critic", "value", "state", "action")
                .given("state", new Source.Column(Batch.FEATURES))
                .given("done", new Source.Column("done"))
                .given("reward", new Source.Column(reward))
                .turn(GameTurn.training("critic", "critic")
                        .pass(GamePass.empty()
                                .applied("value", "critic", "state", "done")
                                .loss("error", new ElementLoss(Kind.SQUARED, true), 1, "value", "reward")))
                .turn(GameTurn.training("actor", "actor")
                        .pass(GamePass.empty()
                                .applied("chosen", "actor", "state")
                                .applied("value", "critic", "state", "chosen")
                                // minus the value
                                .loss("cost", new BinaryLoss(Rule.WASSERSTEIN), 1, "value", 1))
                        .every(2)
                        .atRate(0.5))
                .build();
        return new NetworkDefinition(configuration, type, game);
    }

    private static DenseLayer dense(int units) {
        return new DenseLayer.Builder().nOut(units).activation(Activation.TANH).build();
    }
}
