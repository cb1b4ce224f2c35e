package io.lockstep.mlflow;

import static io.lockstep.mlflow.TestRuns.PARAMETERS;
import static io.lockstep.mlflow.TestRuns.files;
import static io.lockstep.mlflow.TestRuns.steps;
import static io.lockstep.mlflow.TestRuns.test;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.runs.tracking.RunEnd;
import io.lockstep.runs.tracking.Tracker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder that MLflow reads, by what mlflow/store/tracking/file_store.py asks of it. */
class FileStoreTest {
    @TempDir
    Path folder;

    private final TestRuns runs = new TestRuns();

    private Tracker tracker(Map<String, String> parameters) {
        Path root = folder.resolve("ml runs");
        return new MlflowTracking().open(runs.run(root.toString(), parameters, Duration.ofMinutes(10)));
    }

    private Path experiment() throws IOException {
        try (var folders = Files.list(folder.resolve("ml runs"))) {
            return folders.filter(each -> each.getFileName().toString().matches("\\d{18}"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void aRunIsWrittenAsMlflowReadsIt() throws Exception {
        Tracker tracker = tracker(PARAMETERS);
        tracker.begin(List.of());
        steps(1, 3).forEach(tracker::log);
        tracker.log(test(3));
        tracker.end(RunEnd.FINISHED, files(folder.resolve("run")));

        assertThat(runs.told).isEmpty();
        Path experiment = experiment();
        String experimentId = "'" + experiment.getFileName() + "'";
        assertThat(Yaml.read(experiment.resolve("meta.yaml")))
                .containsKeys("creation_time", "last_update_time")
                .containsEntry("artifact_location", "'" + uri(experiment) + "'")
                .containsEntry("experiment_id", experimentId)
                .containsEntry("lifecycle_stage", "active")
                .containsEntry("name", "'my experiment'")
                .hasSize(6);
        assertThat(Yaml.read(folder.resolve("ml runs/0/meta.yaml"))).containsEntry("name", "'Default'");
        assertThat(folder.resolve("ml runs/.trash")).isDirectory();
        assertThat(runs.id()).matches("[0-9a-f]{32}");
        Path run = experiment.resolve(runs.id());
        assertThat(Yaml.read(run.resolve("meta.yaml")))
                .containsEntry("artifact_uri", "'" + uri(run.resolve("artifacts")) + "'")
                .containsEntry("run_id", "'" + runs.id() + "'")
                .containsEntry("run_uuid", "'" + runs.id() + "'")
                .containsEntry("run_name", "'run-1'")
                .containsEntry("experiment_id", experimentId)
                .containsEntry("status", "3")
                .containsEntry("lifecycle_stage", "active")
                .containsKeys("start_time", "end_time", "user_id", "tags", "source_type", "entry_point_name");
        assertThat(run.resolve("params/model")).hasContent("resnet20");
        assertThat(run.resolve("tags/mlflow.runName")).hasContent("run-1");
        assertThat(run.resolve("tags/lockstep.strategy")).hasContent("ddp");
        assertThat(Files.readString(run.resolve("metrics/loss")))
                .isEqualTo("1700000000001 1.0 1\n1700000000002 0.5 2\n1700000000003 0.3333333333333333 3\n");
        assertThat(Files.readString(run.resolve("metrics/test_accuracy"))).isEqualTo("1700000000003 0.75 3\n");
        assertThat(run.resolve("artifacts/plots/loss ü.png")).hasContent("png");
    }

    private static String uri(Path path) {
        return path.toUri().toString().replaceFirst("/$", "");
    }

    @Test
    void aResumedRunAndOthersOfTheExperimentStandInOneFolder() throws Exception {
        Tracker first = tracker(PARAMETERS);
        first.begin(steps(1, 2));
        first.end(RunEnd.FAILED, List.of());
        String id = runs.id();
        assertThat(Yaml.read(experiment().resolve(id).resolve("meta.yaml"))).containsEntry("status", "4");
        Tracker second = tracker(Map.of("workers", "3"));
        second.begin(steps(1, 4));
        second.end(RunEnd.FINISHED, List.of());
        var other = new TestRuns();
        String target = "file:" + folder.resolve("ml runs");
        Tracker third = new MlflowTracking().open(other.run(target, PARAMETERS, Duration.ofMinutes(10)));
        third.begin(steps(1, 1));
        third.end(RunEnd.KILLED, List.of());

        assertThat(runs.id()).isEqualTo(id);
        Path run = experiment().resolve(id);
        assertThat(Files.readAllLines(run.resolve("metrics/loss"))).hasSize(4);
        assertThat(run.resolve("params/workers")).hasContent("2");
        assertThat(run.resolve("tags/lockstep.resumed.workers")).hasContent("3");
        assertThat(Yaml.read(run.resolve("meta.yaml"))).containsEntry("status", "3");
        assertThat(Yaml.read(experiment().resolve(other.id()).resolve("meta.yaml")))
                .containsEntry("status", "5");
    }

    @Test
    void aFolderThatCannotBeWrittenIsToldAndStopsNothing() throws Exception {
        Files.writeString(folder.resolve("ml runs"), "a file");
        Tracker tracker = tracker(PARAMETERS);
        tracker.begin(steps(1, 2));
        tracker.end(RunEnd.FINISHED, List.of());

        assertThat(runs.told.get(runs.told.size() - 1)).contains("2 lines of metrics", "ml runs");
    }
}
