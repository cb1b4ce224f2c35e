package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.DISTRIBUTION;
import static io.lockstep.cli.LockstepProcess.lockstep;
import static io.lockstep.cli.LockstepProcess.spark;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.cli.LockstepProcess.Outcome;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plain spark-submit with the thin jar, against a master and a worker that were started by hand. */
@Timeout(300)
class StandaloneClusterIT {
    @TempDir
    Path folder;

    private final List<Process> daemons = new ArrayList<>();
    private String master;

    @BeforeEach
    void startCluster() throws Exception {
        int port = freePort();
        master = "spark://127.0.0.1:" + port;
        daemon(
                "master",
                "org.apache.spark.deploy.master.Master",
                "--host",
                "127.0.0.1",
                "--port",
                "" + port,
                "--webui-port",
                "0");
        daemon(
                "worker",
                "org.apache.spark.deploy.worker.Worker",
                "--host",
                "127.0.0.1",
                "--webui-port",
                "0",
                "--cores",
                "3",
                "--memory",
                "6g",
                "--work-dir",
                folder.resolve("work").toString(),
                master);
        await(folder.resolve("worker.err"), "Successfully registered with master");
    }

    @AfterEach
    void stopCluster() throws InterruptedException {
        for (Process daemon : daemons) {
            daemon.descendants().forEach(ProcessHandle::destroyForcibly);
            daemon.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void sparkSubmitTrainsWithTheThinJar() throws Exception {
        Outcome run = submit("2", "run");

        assertThat(run.status()).as(run.err()).isZero();
        JsonNode summary = Json.parse(Files.readString(folder.resolve("run/summary.json")));
        assertThat(summary.get("parameters_sha256")).hasSize(2);
        assertThat(summary.get("parameters_sha256").get(0))
                .isEqualTo(summary.get("parameters_sha256").get(1));
    }

    @Test
    void moreWorkersThanSlotsAreRefusedSoon() throws Exception {
        Instant start = Instant.now();

        Outcome run = submit("3", "run");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("3 workers need 3 slots").contains("has 2");
        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofMinutes(2));
        assertThat(folder.resolve("run/summary.json")).doesNotExist();
    }

    @Test
    void aDriverThatIsLostInClusterModeIsStartedAgainAndGoesOn() throws Exception {
        Outcome undisturbed = lockstep(folder, train("undisturbed"));
        assertThat(undisturbed.status()).as(undisturbed.err()).isZero();
        List<String> command = new ArrayList<>();
        command.add(DISTRIBUTION.resolve("bin/lockstep").toString());
        command.addAll(List.of(train(folder.resolve("run").toString())));
        command.addAll(List.of("--master", master, "--deploy-mode", "cluster", "--supervise"));
        for (String property : List.of(
                "spark.cores.max=2",
                "spark.executor.cores=1",
                "spark.executor.memory=1g",
                "spark.driver.memory=512m")) {
            command.addAll(List.of("--conf", property));
        }

        Outcome submission = LockstepProcess.run(folder, command, Map.of()); // returns once the driver runs

        assertThat(submission.status()).as(submission.err()).isZero();
        awaitFile(folder.resolve("run/checkpoints/step-00000010/MANIFEST"));
        driver().destroyForcibly();
        awaitFile(folder.resolve("run/summary.json"));
        JsonNode summary = summary("run");
        assertThat(summary.get("resumed_from_step").asInt()).isGreaterThanOrEqualTo(10);
        assertThat(summary.get("parameters_sha256"))
                .isEqualTo(summary("undisturbed").get("parameters_sha256"));
    }

    private String[] train(String runDir) {
        return new String[] {
            "train",
            "--model",
            "lenet5",
            "--steps",
            "60",
            "--global-batch",
            "64",
            "--run-dir",
            runDir,
            "--set",
            "train-examples=1000",
            "--set",
            "test-examples=50",
            "--set",
            "checkpoint-every=10",
            "--set",
            "log-every=1",
            "--set",
            "slot-timeout=60s"
        };
    }

    private JsonNode summary(String run) throws IOException {
        return Json.parse(Files.readString(folder.resolve(run).resolve("summary.json")));
    }

    private ProcessHandle driver() throws IOException {
        for (Process daemon : daemons) {
            for (ProcessHandle each : daemon.descendants().toList()) {
                if (Files.readString(Path.of("/proc", "" + each.pid(), "cmdline"))
                        .contains("DriverWrapper")) {
                    return each;
                }
            }
        }
        throw new AssertionError("no driver");
    }

    private static void awaitFile(Path file) throws Exception {
        Instant end = Instant.now().plusSeconds(120);
        while (!Files.exists(file) || Files.size(file) == 0) {
            assertThat(Instant.now()).as("no " + file).isBefore(end);
            Thread.sleep(20);
        }
    }

    private Outcome submit(String workers, String runDir) throws Exception {
        String jars;
        try (var files = Files.list(DISTRIBUTION.resolve("lockstep"))) {
            jars = files.map(Path::toString)
                    .filter(file -> !file.endsWith(jar()))
                    .collect(Collectors.joining(","));
        }
        return LockstepProcess.sparkSubmit(
                folder,
                "--class",
                Main.class.getName(),
                "--master",
                master,
                "--jars",
                jars,
                "--conf",
                "spark.cores.max=2",
                "--conf",
                "spark.executor.cores=1",
                "--conf",
                "spark.executor.memory=1g",
                "--conf",
                "spark.lockstep.train-examples=128",
                "--conf",
                "spark.lockstep.test-examples=50",
                "--conf",
                "spark.lockstep.slot-timeout=8s",
                DISTRIBUTION.resolve("lockstep/" + jar()).toString(),
                "train",
                "--model",
                "mlp",
                "--workers",
                workers,
                "--steps",
                "5",
                "--run-dir",
                runDir);
    }

    private static String jar() {
        return "lockstep-cli-" + BuildInfo.VERSION + ".jar";
    }

    private void daemon(String name, String mainClass, String... args) throws IOException {
        daemons.add(LockstepProcess.start(
                folder,
                spark(mainClass, args),
                Map.of(),
                folder.resolve(name + ".out"),
                folder.resolve(name + ".err")));
    }

    private static void await(Path log, String text) throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        while (!Files.exists(log) || !Files.readString(log).contains(text)) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("no '" + text + "' within a minute in\n" + Files.readString(log));
            }
            Thread.sleep(200);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
