package io.lockstep.mlflow;

import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.runs.folder.Artifact;
import io.lockstep.runs.tracking.Scalars;
import io.lockstep.runs.tracking.TrackedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;

/** A run with its notes in memory. */
final class TestRuns {
    static final Map<String, String> PARAMETERS = Map.of("model", "resnet20", "workers", "2");

    final List<String> told = new CopyOnWriteArrayList<>();
    private volatile String id;

    TrackedRun run(String target, Map<String, String> parameters, Duration deadline) {
        var notes = new TrackedRun.Notes() {
            @Override
            public Optional<String> id() {
                return Optional.ofNullable(id);
            }

            @Override
            public void keepId(String kept) {
                id = kept;
            }

            @Override
            public void tell(String line) {
                told.add(line);
            }
        };
        return new TrackedRun(
                target, "my experiment", "run-1", parameters, Map.of("lockstep.strategy", "ddp"), deadline, notes);
    }

    String id() {
        return id;
    }

    static Scalars step(long step) {
        return new Scalars(false, step, 1_700_000_000_000L + step, Map.of("loss", 1.0 / step, "time_ms.update", 0.25));
    }

    static Scalars test(long step) {
        return new Scalars(true, step, 1_700_000_000_000L + step, Map.of("test_loss", 0.5, "test_accuracy", 0.75));
    }

    static List<Scalars> steps(long first, long last) {
        return LongStream.rangeClosed(first, last).mapToObj(TestRuns::step).toList();
    }

    /** Of a run's folder. */
    static List<Artifact> files(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("plots"));
        Files.writeString(folder.resolve("summary.json"), "{}");
        Files.writeString(folder.resolve("plots/loss ü.png"), "png");
        var storage = new LocalStorage();
        return List.of(
                new Artifact(storage, folder.toString(), "summary.json"),
                new Artifact(storage, folder.toString(), "plots/loss ü.png"));
    }
}
