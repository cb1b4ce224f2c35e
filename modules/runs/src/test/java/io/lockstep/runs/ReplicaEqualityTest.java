package io.lockstep.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.LearningSettings;
import io.lockstep.runs.settings.RuntimeSettings;
import io.lockstep.runs.settings.StrategySettings;
import io.lockstep.training.RunEvent;
import io.lockstep.training.run.RankControl;
import io.lockstep.training.run.RankRun;
import io.lockstep.training.run.RunOptions;
import io.lockstep.training.run.RunOptions.CheckpointOptions;
import io.lockstep.training.run.RunOptions.LearningOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** N ranks x B/n equal one rank x B: DL4J's networks and updaters, ranks as threads of this process. */
class ReplicaEqualityTest {
    private static final int STEPS = 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "auto, mlp, sgd, 0.05, 0, 0.001",
        "auto, mlp, nesterovs, 0.02, 0, 0.0005",
        "auto, mlp, adamw, 0.002, 0.01, 0",
        "auto, lenet5, sgd, 0.05, 0, 0.001",
        "auto, lenet5, nesterovs, 0.02, 0, 0.0005",
        "auto, lenet5, adamw, 0.002, 0.01, 0",
        "auto, lstm, sgd, 0.05, 0, 0.001",
        "auto, gru, nesterovs, 0.02, 0, 0.0005",
        "auto, transformer, sgd, 0.005, 0, 0.001",
        "dl4j, mlp, sgd, 0.05, 0, 0.001",
        "dl4j, lenet5, nesterovs, 0.02, 0, 0.0005",
        "dl4j, lenet5, adamw, 0.002, 0.01, 0",
    })
    void anyNumberOfWorkersHasTheLossCurveOfOne(
            String runtime, String model, String updater, String learningRate, String weightDecay, String l2)
            throws Exception {
        Configuration configuration = new Configuration();
        configuration.put("runtime", runtime);
        configuration.put("model", model);
        configuration.put("updater", updater);
        configuration.put("learning-rate", learningRate);
        configuration.put("weight-decay", weightDecay);
        configuration.put("l2", l2);

        List<Double> one = losses(configuration, 1);

        assertThat(one).hasSize(STEPS);
        assertThat(one.get(STEPS - 1)).isNotEqualTo(one.get(0));
        for (int workers : new int[] {2, 4}) {
            List<Double> many = losses(configuration, workers);
            for (int step = 0; step < STEPS; step++) {
                assertThat(many.get(step))
                        .as("%d workers, step %d", workers, step)
                        .isCloseTo(one.get(step), within(1e-5 * one.get(step)));
            }
        }
    }

    /** 150 examples by 32: the fifth batch of each epoch has 22, of which four ranks get 6, 6, 5 and 5. */
    private List<Double> losses(Configuration configuration, int workers) throws Exception {
        String data = configuration.get(DataSettings.MODEL).equals("transformer") ? "sort" : "shapes";
        RunOptions options = RunOptions.builder(
                        configuration.get(DataSettings.MODEL),
                        new RunOptions.DataOptions(data, folder.toString(), 150, 20, new TextOptions(20, false)),
                        StrategySettings.factory(configuration))
                .steps(STEPS)
                .seed(7)
                .learning(new LearningOptions(
                        configuration.get(LearningSettings.LEARNING_RATE), "constant", List.of(), 1, 0))
                .augmentation(Augmentation.CROP_AND_FLIP)
                .compareEvery(10)
                .checkpoints(new CheckpointOptions(folder.resolve("w" + workers).toString(), 1000, 1, false))
                .build();
        List<Double> losses = Collections.synchronizedList(new ArrayList<>());
        List<Callable<List<String>>> ranks = new ArrayList<>();
        for (ProcessGroup group : ProcessGroups.inProcess(workers, Duration.ofMinutes(10))) {
            ranks.add(() -> {
                try (group) {
                    return new RankRun(
                                    options,
                                    Networks.replicas(
                                            Networks.zoo().under(configuration), RuntimeSettings.of(configuration)),
                                    group,
                                    new LocalStorage(),
                                    1,
                                    event -> {
                                        if (event instanceof RunEvent.Reported reported) {
                                            losses.add(reported.report().loss());
                                        }
                                    },
                                    RankControl.NONE)
                            .call();
                }
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try {
            for (Future<List<String>> rank : threads.invokeAll(ranks)) {
                assertThat(rank.get().stream().distinct()).hasSize(1);
            }
        } finally {
            threads.shutdownNow();
        }
        return losses;
    }
}
