package io.lockstep.runs;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.NetworkSource;
import io.lockstep.runs.settings.StrategySettings;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.training.ReplicaFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What executors get of a call. */
class TrainProgramTest {
    @TempDir
    Path folder;

    static Iterable<String> strategies() {
        return StrategySettings.words(kind -> kind.byRanks());
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void whatWasAskedForArrivesAsItWasRead(String strategy) throws Exception {
        Configuration configuration = new Configuration();
        configuration.put("model=lenet5");
        configuration.put("strategy=" + strategy);
        configuration.put("dropout=0"); // a default that somebody wrote out
        configuration.put("precision=bf16");
        TrainProgram program = program(configuration, Networks.zoo());

        TrainProgram arrived = travelled(program);

        assertThat(arrived).isEqualTo(program);
        assertThat(arrived.needs().bfloat16()).isTrue();
        assertThat(arrived.options().strategy().name()).isEqualTo(strategy);
    }

    @Test
    void aNetworkOfOnesOwnTravelsToo() throws Exception {
        Configuration configuration = new Configuration();
        configuration.put("model=own");
        TrainProgram arrived = travelled(program(configuration, PlannedRuns.own()));
        var setup = new ReplicaFactory.Setup(PlannedRuns.shapes().shape(), 10, 4, 1, 1, notice -> {});

        try (var replica = arrived.replicas().create(setup)) {
            assertThat(replica.parameters().limit()).isEqualTo(Float.BYTES * (3 * 32 * 32 * 5 + 5 + 5 * 10 + 10));
        }
    }

    private TrainProgram program(Configuration configuration, NetworkSource source) throws IOException {
        configuration.derive(FolderSettings.RUN_DIR, folder.resolve("run").toString());
        RunPlan plan = PlannedRuns.plan(configuration, source);
        return new TrainProgram(
                TrainingOptions.of(
                        configuration,
                        SparkJobs.data(configuration),
                        "checkpoints",
                        false,
                        "",
                        plan.network().task()),
                Networks.replicas(plan.builder(), plan.settings().runtime()),
                plan.settings().hosts());
    }

    private static TrainProgram travelled(TrainProgram program) throws IOException, ClassNotFoundException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(program);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (TrainProgram) in.readObject();
        }
    }
}
