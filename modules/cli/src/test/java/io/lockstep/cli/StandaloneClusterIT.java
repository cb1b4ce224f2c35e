package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.DISTRIBUTION;
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
                "2",
                "--memory",
                "4g",
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
