package io.lockstep.networks.compiled.games;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import io.lockstep.engine.operations.ElementLosses.ElementLoss;
import io.lockstep.engine.operations.ElementLosses.Kind;
import io.lockstep.engine.operations.Losses.BinaryLoss;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.games.GamePass;
import io.lockstep.networks.games.GameTurn;
import io.lockstep.networks.games.Source;
import io.lockstep.networks.games.TurnList;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** An actor that learns through its critic, and what the two of them learn from. */
final class ActorAndCritic {
    static final int STATES = 3;
    static final int ACTIONS = 2;

    private ActorAndCritic() {}

    static NetworkDefinition actorAndCritic() {
        Hyperparameters hyperparameters = Hyperparameters.defaults().withUpdater(UpdaterName.ADAM, 0.01);
        ComputationGraphConfiguration configuration = hyperparameters
                .newConfiguration(3)
                .graphBuilder()
                .addInputs("state")
                .addLayer("a1", dense(6), "state")
                .addLayer("action", dense(ACTIONS), "a1")
                .addVertex("both", new MergeVertex(), "state", "action")
                .addLayer("c1", dense(8), "both")
                .addLayer(
                        "value",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "c1")
                .setOutputs("value")
                .setInputTypes(InputType.feedForward(STATES))
                .build();
        hyperparameters.separateUpdater(configuration, Set.of("c1", "value"));
        TurnList game = TurnList.builder()
                .part("actor", "action", "state")
                .part("critic", "value", "state", "action")
                .given("state", new Source.Column("state"))
                .given("done", new Source.Column("done"))
                .given("reward", new Source.Column("reward"))
                .turn(GameTurn.training("critic", "critic")
                        .pass(GamePass.empty()
                                .applied("value", "critic", "state", "done")
                                .loss("error", new ElementLoss(Kind.SQUARED, true), 1, "value", "reward")))
                .turn(GameTurn.training("actor", "actor")
                        .pass(GamePass.empty()
                                .applied("chosen", "actor", "state")
                                .applied("value", "critic", "state", "chosen")
                                // minus the value
                                .loss("value", new BinaryLoss(Rule.WASSERSTEIN), 1, "value", 1)))
                .build();
        return new NetworkDefinition(configuration, InputType.feedForward(STATES), game);
    }

    static DenseLayer dense(int units) {
        return new DenseLayer.Builder().nOut(units).activation(Activation.TANH).build();
    }

    /** A state, what was done in it, and what came of it: the nearer to (0.7 + s0 / 2, s1 / 2 - 0.7) the better. */
    static Batch experience(long seed, int size) {
        Random random = new Random(seed);
        float[] states = new float[size * STATES];
        float[] done = new float[size * ACTIONS];
        float[] rewards = new float[size];
        for (int i = 0; i < size; i++) {
            for (int s = 0; s < STATES; s++) {
                states[i * STATES + s] = random.nextFloat() - 0.5f;
            }
            for (int a = 0; a < ACTIONS; a++) {
                done[i * ACTIONS + a] = 2 * random.nextFloat() - 1;
            }
            rewards[i] = -missed(states, i, done[i * ACTIONS], done[i * ACTIONS + 1]);
        }
        return new Batch(
                size,
                0,
                Column.ofFloats(Field.float32("state", STATES), states),
                Column.ofFloats(Field.float32("done", ACTIONS), done),
                Column.ofFloats(Field.float32("reward", 1), rewards));
    }

    static float missed(float[] states, int i, float first, float second) {
        float x = first - 0.7f - states[i * STATES] / 2;
        float y = second + 0.7f - states[i * STATES + 1] / 2;
        return x * x + y * y;
    }
}
