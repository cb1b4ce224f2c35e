package io.lockstep.networks.compiled.games;

import static io.lockstep.networks.compiled.games.ActorAndCritic.ACTIONS;
import static io.lockstep.networks.compiled.games.ActorAndCritic.actorAndCritic;
import static io.lockstep.networks.compiled.games.ActorAndCritic.experience;
import static io.lockstep.networks.compiled.games.ActorAndCritic.missed;
import static io.lockstep.networks.compiled.games.GameSlopes.Functions;
import static io.lockstep.networks.compiled.games.GameSlopes.assertSlopes;
import static io.lockstep.networks.compiled.games.GameSlopes.column;
import static io.lockstep.networks.compiled.games.GameSlopes.doubles;
import static io.lockstep.networks.compiled.games.GameSlopes.places;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.Precision;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.training.Trainee;
import org.junit.jupiter.api.Test;

/** An actor that learns through its critic. */
class ActorAndCriticTest {
    private static final int EXAMPLES = 2;

    @Test
    void anActorLearnsThroughItsCriticWhichStaysAsItIs() {
        NetworkDefinition definition = actorAndCritic();
        Functions parts = new Functions(definition);
        Batch batch = experience(1, EXAMPLES);
        double[] state = column(batch, "state");
        try (GameReplica replica = new GameReplica(definition, 32, 1, Precision.FLOAT32)) {
            assertSlopes(replica, 0, batch, places(definition, "critic"), all -> {
                double[] value = parts.run("critic", all, state, column(batch, "done"));
                double[] reward = column(batch, "reward");
                double sum = 0;
                for (int i = 0; i < EXAMPLES; i++) {
                    sum += (value[i] - reward[i]) * (value[i] - reward[i]);
                }
                return sum;
            });
            assertSlopes(replica, 1, batch, places(definition, "actor"), all -> {
                double sum = 0;
                for (double each : parts.run("critic", all, state, parts.run("actor", all, state))) {
                    sum -= each;
                }
                return sum;
            });
            double before = reward(replica, parts);
            Trainee critic = replica.turns().get(0).trainee();
            Trainee actor = replica.turns().get(1).trainee();
            for (int step = 0; step < 1000; step++) {
                Batch seen = experience(100 + step, 32);
                critic.forwardBackward(seen, step, watermark -> {});
                critic.update(step, 0, 0.01); // of a sum, of whose size Adam takes no notice
                if (step >= 500) {
                    double[] criticsOwn = doubles(critic.parameters());
                    actor.forwardBackward(seen, step, watermark -> {});
                    actor.update(step - 500, 0, 0.002);
                    assertThat(doubles(critic.parameters())).isEqualTo(criticsOwn);
                }
            }
            assertThat(reward(replica, parts)).isGreaterThan(before / 2); // rewards are negative
        }
    }

    /** Of what the actor does, in some states, with nobody but the world to judge. */
    private static double reward(GameReplica replica, Functions parts) {
        double sum = 0;
        double[] state = column(experience(5000, 100), "state");
        double[] action = parts.run("actor", doubles(replica.parameters()), state);
        float[] states = new float[state.length];
        for (int i = 0; i < state.length; i++) {
            states[i] = (float) state[i];
        }
        for (int i = 0; i < 100; i++) {
            sum -= missed(states, i, (float) action[i * ACTIONS], (float) action[i * ACTIONS + 1]);
        }
        return sum / 100;
    }
}
