package io.lockstep.mlflow;

import static io.lockstep.mlflow.TestRuns.PARAMETERS;
import static io.lockstep.mlflow.TestRuns.files;
import static io.lockstep.mlflow.TestRuns.step;
import static io.lockstep.mlflow.TestRuns.steps;
import static io.lockstep.mlflow.TestRuns.test;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.runs.tracking.RunEnd;
import io.lockstep.runs.tracking.Tracker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run and a tracking server that holds to the protocol. */
class MlflowTrackerTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    Path folder;

    private final TestRuns runs = new TestRuns();

    private Tracker tracker(FakeServer server, Map<String, String> parameters, Duration deadline) {
        return tracker(server, parameters, deadline, Map.of());
    }

    private Tracker tracker(
            FakeServer server, Map<String, String> parameters, Duration deadline, Map<String, String> environment) {
        var run = runs.run(server.target(), parameters, deadline);
        var calls = new RestCalls(URI.create(run.target()), environment);
        return new MlflowTracker(run, new RestStore(calls, run.experiment()));
    }

    private static List<Long> numbers(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    @Test
    void aServerIsToldOfAWholeRun() throws Exception {
        try (var server = new FakeServer()) {
            Tracker tracker = tracker(server, PARAMETERS, LONG);

            tracker.begin(List.of());
            steps(1, 20).forEach(tracker::log);
            tracker.log(test(20));
            tracker.end(RunEnd.FINISHED, files(folder));

            assertThat(runs.told).isEmpty();
            FakeServer.Run run = server.runs.get(runs.id());
            assertThat(server.experiments).containsEntry("my experiment", run.experiment);
            assertThat(run.parameters).isEqualTo(PARAMETERS);
            assertThat(run.tags).containsEntry("lockstep.strategy", "ddp").containsEntry("mlflow.runName", "run-1");
            assertThat(run.steps.get("loss")).isEqualTo(numbers(1, 20));
            assertThat(run.steps.get("test_accuracy")).containsExactly(20L);
            String root = run.experiment + "/" + run.id + "/artifacts/";
            assertThat(server.files).isEqualTo(Map.of(root + "summary.json", "{}", root + "plots/loss ü.png", "png"));
            assertThat(run.statuses).containsExactly("RUNNING", "FINISHED");
            assertThat(run.endTime).isPositive();
        }
    }

    @Test
    void manyLinesGoInBatchesThatTheProtocolAllows() throws Exception {
        try (var server = new FakeServer()) {
            Tracker tracker = tracker(server, PARAMETERS, LONG);

            tracker.begin(steps(1, 1201));
            tracker.end(RunEnd.FINISHED, List.of());

            assertThat(server.runs.get(runs.id()).steps.get("loss")).isEqualTo(numbers(1, 1201));
            assertThat(server.batches).isEqualTo(5); // 2402 numbers in three, parameters, tags
        }
    }

    @Test
    void aResumedRunIsTheSameOneAndNoStepIsToldTwice() throws Exception {
        try (var server = new FakeServer()) {
            Tracker first = tracker(server, PARAMETERS, LONG);
            first.begin(List.of());
            steps(1, 20).forEach(first::log);
            first.end(RunEnd.FAILED, List.of());
            Tracker second = tracker(server, Map.of("model", "resnet20", "workers", "3", "epochs", "4"), LONG);
            second.begin(steps(1, 10)); // from a checkpoint
            steps(11, 25).forEach(second::log);
            second.begin(steps(1, 22)); // ranks were lost, and go on from step 22
            steps(23, 30).forEach(second::log);
            second.end(RunEnd.FINISHED, List.of());

            assertThat(server.runs).hasSize(1);
            FakeServer.Run run = server.runs.get(runs.id());
            assertThat(run.steps.get("loss")).isEqualTo(numbers(1, 30));
            assertThat(run.statuses).containsExactly("RUNNING", "FAILED", "RUNNING", "FINISHED");
            assertThat(run.parameters).containsEntry("workers", "2").containsEntry("epochs", "4");
            assertThat(run.tags).containsEntry("lockstep.resumed.workers", "3");
        }
    }

    @Test
    void aServerThatIsDownIsToldOnceAndWhatIsMissingIsWrittenOff() throws Exception {
        Tracker tracker;
        try (var server = new FakeServer()) {
            tracker = tracker(server, PARAMETERS, LONG);
        }
        tracker.begin(List.of());
        awaitWarning();
        steps(1, 3).forEach(tracker::log);
        tracker.end(RunEnd.FINISHED, files(folder)); // at once: the deadline is ten minutes

        assertThat(runs.told).hasSize(2);
        assertThat(runs.told.get(0)).contains("fails (", "training goes on");
        assertThat(runs.told.get(1))
                .contains("3 lines of metrics and 2 files are missing", "the run's folder has them");
    }

    @Test
    void aServerThatComesBackGetsWhatItHasMissed() throws Exception {
        try (var server = new FakeServer()) {
            server.fails = true;
            Tracker tracker = tracker(server, PARAMETERS, LONG);
            tracker.begin(List.of());
            tracker.log(step(1));
            awaitWarning();
            assertThat(runs.told.get(0)).contains("it answered 500 INTERNAL_ERROR", "the database is away");
            server.fails = false;
            tracker.log(step(2));
            tracker.end(RunEnd.FINISHED, List.of());

            assertThat(server.runs.get(runs.id()).steps.get("loss")).containsExactly(1L, 2L);
            assertThat(runs.told).hasSize(1);
        }
    }

    @Test
    void aServerThatHangsIsWaitedForUntilTheDeadlineAndNoLonger() throws Exception {
        try (var server = new FakeServer()) {
            server.hangs = true;
            Tracker tracker = tracker(server, PARAMETERS, Duration.ofSeconds(1));

            tracker.begin(steps(1, 5));
            tracker.end(RunEnd.FINISHED, List.of());

            assertThat(runs.told)
                    .singleElement()
                    .asString()
                    .contains("5 lines of metrics", "after 1 s (tracking-deadline)");
        }
    }

    @Test
    void aServerThatTakesNoFilesIsNamedAndTheRunHasEndedThereAllTheSame() throws Exception {
        try (var server = new FakeServer()) {
            server.artifactRoot = "s3://bucket/";
            Tracker tracker = tracker(server, PARAMETERS, LONG);

            tracker.begin(steps(1, 2));
            tracker.end(RunEnd.KILLED, files(folder));

            assertThat(server.runs.get(runs.id()).statuses).containsExactly("RUNNING", "KILLED");
            assertThat(runs.told)
                    .singleElement()
                    .asString()
                    .contains("0 lines of metrics and 2 files", "keeps files at s3://bucket/", "--serve-artifacts");
        }
    }

    @Test
    void aRunThatNeverBeganIsToldToNobody() throws Exception {
        try (var server = new FakeServer()) {
            tracker(server, PARAMETERS, LONG).end(RunEnd.FAILED, files(folder));

            assertThat(server.authorizations).isEmpty();
        }
    }

    @Test
    void credentialsComeFromTheEnvironmentAndStandInNoMessage() throws Exception {
        try (var server = new FakeServer()) {
            // a secret that is read from a file has a line's end
            Tracker byToken = tracker(server, PARAMETERS, LONG, Map.of("MLFLOW_TRACKING_TOKEN", "s3cret\n"));
            byToken.begin(List.of());
            byToken.end(RunEnd.FINISHED, List.of());
            assertThat(server.authorizations).containsExactly("Bearer s3cret");
            server.authorizations.clear();
            server.fails = true;
            var named = Map.of("MLFLOW_TRACKING_USERNAME", "me", "MLFLOW_TRACKING_PASSWORD", "s3cret");
            Tracker byName = tracker(server, PARAMETERS, LONG, named);
            byName.begin(List.of());
            byName.end(RunEnd.FINISHED, List.of());

            assertThat(server.authorizations).containsExactly("Basic bWU6czNjcmV0");
            assertThat(runs.told).isNotEmpty().noneMatch(line -> line.contains("s3cret"));
            assertThatThrownBy(() -> tracker(
                            server, PARAMETERS, LONG, Map.of("MLFLOW_TRACKING_TOKEN", "s3cret\nX-Other: header")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("MLFLOW_TRACKING_TOKEN")
                    .hasMessageNotContaining("s3cret");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://me:s3cret@host:5000 | must have no credentials in it: set MLFLOW_TRACKING_USERNAME",
                "http://host:5000 6000 | is no URL",
                "http://host/?a=b | must be a URL like http://host:5000",
                "databricks:profile | must be http://host:port",
                "'' | names neither a server nor a folder",
            })
    void aTargetThatCannotBeIsRefused(String target, String why) {
        assertThatThrownBy(() -> new MlflowTracking().open(runs.run(target, PARAMETERS, LONG)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void aServerThatStopsInTheMiddleOfAnAnswerIsGivenUp() throws Exception {
        try (var socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var answering = new Thread(() -> {
                try (Socket caller = socket.accept()) {
                    caller.getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
                                    .getBytes(StandardCharsets.US_ASCII));
                    caller.getInputStream().readAllBytes(); // until the caller hangs up
                } catch (IOException e) {
                    // it has hung up
                }
            });
            answering.start();
            var calls = new RestCalls(
                    URI.create("http://127.0.0.1:" + socket.getLocalPort()), Map.of(), Duration.ofMillis(300));

            assertThatThrownBy(() -> calls.get("experiments/search"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has not answered");
            answering.join();
        }
    }

    private void awaitWarning() throws InterruptedException {
        while (runs.told.isEmpty()) { // the time limit of all tests is its own
            Thread.sleep(10);
        }
    }
}
