package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.DISTRIBUTION;
import static io.lockstep.cli.LockstepProcess.lockstep;
import static io.lockstep.cli.LockstepProcess.spark;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.cli.LockstepProcess.Outcome;
import io.lockstep.runs.build.BuildInfo;
import io.lockstep.runs.folder.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.example.OwnNetworks;
import org.example.OwnProgram;
import org.example.Rings;
import org.example.Sides;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plain spark-submit with the thin jar, against a master and a worker that were started by hand. */
class StandaloneClusterIT {
    @TempDir
    static Path folder;

    private static final List<Process> DAEMONS = new ArrayList<>();
    private static String master;

    @BeforeAll
    static void startCluster() throws Exception {
        daemon(
                "master",
                "org.apache.spark.deploy.master.Master",
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--webui-port",
                "0");
        master = Await.masterUrl(DAEMONS.get(0), folder.resolve("master.err"));
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
        Await.text("Successfully registered with master", DAEMONS.get(1), folder.resolve("worker.err"));
    }

    @AfterAll
    static void stopCluster() throws InterruptedException {
        Await.kill(DAEMONS);
    }

    @Test
    void sparkSubmitTrainsWithTheThinJar() throws Exception {
        Outcome run = submit("2", "thin", "600s");

        assertThat(run.status()).as(run.err()).isZero();
        JsonNode summary = Json.parse(Files.readString(folder.resolve("thin/summary.json")));
        assertThat(summary.get("parameters_sha256")).hasSize(2);
        assertThat(summary.get("parameters_sha256").get(0))
                .isEqualTo(summary.get("parameters_sha256").get(1));
    }

    @Test
    void somebodysOwnProgramTrainsItsOwnNetworkOnItsOwnDataOnTwoExecutors() throws Exception {
        Path jar = jarOf(OwnProgram.class, Rings.class);

        Outcome run =
                submit(OwnProgram.class, jar, "600s", folder.resolve("rings").toString());

        assertThat(run.status()).as(run.err()).isZero();
        JsonNode summary = summary("rings");
        assertThat(summary.get("parameters_sha256")).hasSize(2);
        assertThat(summary.get("parameters_sha256").get(0))
                .isEqualTo(summary.get("parameters_sha256").get(1));
        assertThat(summary.get("data").asText()).isEqualTo("rings");
        assertThat(summary.get("test_accuracy").asDouble()).isGreaterThan(0.8);
        assertThat(run.out())
                .contains("accuracy " + summary.get("test_accuracy").asDouble());
    }

    /** Under each strategy, on two executors; of the synchronous ones two ranks learn what one rank learns. */
    @Test
    void somebodysNetworksOfAnyKindTrainOnTwoExecutors() throws Exception {
        Path jar = jarOf(OwnNetworks.class);

        Outcome run =
                submit(OwnNetworks.class, jar, "600s", folder.resolve("own").toString());

        assertThat(run.status()).as(run.err()).isZero();
        for (OwnNetworks each : OwnNetworks.values()) {
            double alone = summary("own/" + each + "-alone").get("test_loss").asDouble();
            double early = lossOfFirstSteps("own/" + each + "-alone");
            for (String strategy : List.of("ddp", "dp", "parameter-averaging", "gradient-sharing")) {
                JsonNode summary = summary("own/" + each + "-" + strategy);
                double loss = summary.get("test_loss").asDouble();
                String of = each + " under " + strategy + ", which alone ends with a loss of " + alone;
                assertThat(summary.get("parameters_sha256")).as(of).hasSize(2);
                assertThat(summary.get("parameters_sha256").get(0))
                        .as(of)
                        .isEqualTo(summary.get("parameters_sha256").get(1));
                boolean synchronous = strategy.equals("ddp") || strategy.equals("dp");
                if (synchronous) {
                    assertThat(loss).as(of).isCloseTo(alone, within(1e-3 * alone));
                } else {
                    assertThat(loss).as(of).isLessThan(early);
                }
            }
            assertThat(summary("own/" + each + "-alone").get(each.metric()).asDouble())
                    .as("%s of %s", each.metric(), each)
                    .isGreaterThan(0.8);
        }
    }

    /** Fits of two ranks on two slots, several at once; the model has the bits of Lockstep's own API. */
    @Test
    void aSparkMlApplicationTrainsOnTwoExecutorsAndAnotherOnePredicts() throws Exception {
        Path jar = jarOf(Sides.class);
        String points = folder.resolve("points.parquet").toString();
        String model = folder.resolve("sides").toString();

        Outcome trained = submit(Sides.class, jar, "600s", "train", points, model);
        Outcome predicted = submit(Sides.class, jar, "600s", "predict", points, model);

        assertThat(trained.status()).as(trained.err()).isZero();
        assertThat(trained.out().lines().map(line -> line.replaceFirst("^(estimator|by hand) ", "")))
                .hasSize(2)
                .containsOnly(trained.out().lines().findFirst().orElseThrow().replaceFirst("^estimator ", ""));
        assertThat(predicted.status()).as(predicted.err()).isZero();
        assertThat(Double.parseDouble(predicted.out().trim().replaceFirst("^accuracy ", "")))
                .isGreaterThan(0.9);
    }

    @Test
    void moreWorkersThanSlotsAreRefusedOnceNoExecutorComes() throws Exception {
        Outcome run = submit("3", "refused", "1s");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("3 workers need 3 slots").contains("has 2");
        assertThat(folder.resolve("refused/summary.json")).doesNotExist();
    }

    @Test
    void aDriverThatIsLostInClusterModeIsStartedAgainAndGoesOn() throws Exception {
        List<String> alone = new ArrayList<>(List.of(train("undisturbed")));
        alone.addAll(LockstepProcess.SHORT_LIVED_EXECUTORS);
        Outcome undisturbed = lockstep(folder, alone.toArray(String[]::new));
        assertThat(undisturbed.status()).as(undisturbed.err()).isZero();
        List<String> command = new ArrayList<>();
        command.add(DISTRIBUTION.resolve("bin/lockstep").toString());
        command.addAll(List.of(train(folder.resolve("run").toString())));
        command.addAll(List.of("--master", master, "--deploy-mode", "cluster", "--supervise"));
        command.addAll(LockstepProcess.SHORT_LIVED_EXECUTORS);
        for (String property : List.of(
                "spark.cores.max=2",
                "spark.executor.cores=1",
                "spark.executor.memory=1g",
                "spark.driver.memory=512m")) {
            command.addAll(List.of("--conf", property));
        }

        Outcome submission = LockstepProcess.run(folder, command, Map.of()); // returns once the driver runs

        assertThat(submission.status()).as(submission.err()).isZero();
        Path manifest = folder.resolve("run/checkpoints/step-00000010/MANIFEST");
        Await.until("a checkpoint", () -> Await.isNotEmpty(manifest));
        CommandLines.find(DAEMONS.stream().flatMap(Process::descendants), "java", "DriverWrapper")
                .destroyForcibly();
        Await.until("the summary", () -> Await.isNotEmpty(folder.resolve("run/summary.json")));
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
            "slot-timeout=600s"
        };
    }

    private JsonNode summary(String run) throws IOException {
        return Json.parse(Files.readString(folder.resolve(run).resolve("summary.json")));
    }

    private double lossOfFirstSteps(String run) throws IOException {
        String first =
                Files.readAllLines(folder.resolve(run).resolve("metrics.jsonl")).get(0);
        return Json.parse(first).get("loss").asDouble();
    }

    private Outcome submit(String workers, String runDir, String slotTimeout) throws Exception {
        return submit(
                Main.class,
                DISTRIBUTION.resolve("driver/" + jar()),
                slotTimeout,
                "train",
                "--model",
                "lenet5",
                "--workers",
                workers,
                "--steps",
                "5",
                "--run-dir",
                runDir);
    }

    /** An application that is Lockstep's, or uses it. */
    private Outcome submit(Class<?> main, Path application, String slotTimeout, String... args) throws Exception {
        String jars;
        try (var libraries = Files.list(DISTRIBUTION.resolve("lockstep"));
                var commandLine = Files.list(DISTRIBUTION.resolve("driver"))) {
            // a program of one's own needs no command line
            var picocli = commandLine.filter(
                    file -> main == Main.class && file.toString().contains("picocli-"));
            jars = Stream.concat(libraries, picocli).map(Path::toString).collect(Collectors.joining(","));
        }
        List<String> call = new ArrayList<>(List.of(
                "--class",
                main.getName(),
                "--master",
                master,
                "--jars",
                jars,
                "--conf",
                "spark.cores.max=2",
                "--conf",
                "spark.executor.cores=1",
                LockstepProcess.SHORT_LIVED_EXECUTORS.get(0),
                LockstepProcess.SHORT_LIVED_EXECUTORS.get(1),
                "--conf",
                "spark.executor.memory=1g",
                "--conf",
                "spark.lockstep.train-examples=128",
                "--conf",
                "spark.lockstep.test-examples=50",
                "--conf",
                "spark.lockstep.slot-timeout=" + slotTimeout,
                // the application begins when its two executors are there, however long they take
                "--conf",
                "spark.scheduler.minRegisteredResourcesRatio=1",
                "--conf",
                "spark.scheduler.maxRegisteredResourcesWaitingTime=600s",
                application.toString()));
        call.addAll(List.of(args));
        return LockstepProcess.sparkSubmit(folder, call.toArray(String[]::new));
    }

    /** What the test's own compiler made of somebody's program, as that person would have it. */
    private Path jarOf(Class<?>... classes) throws IOException {
        Path jar = folder.resolve("program.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Class<?> each : withNested(classes)) {
                String name = each.getName().replace('.', '/') + ".class";
                out.putNextEntry(new JarEntry(name));
                try (InputStream in = each.getClassLoader().getResourceAsStream(name)) {
                    in.transferTo(out);
                }
            }
        }
        return jar;
    }

    private static List<Class<?>> withNested(Class<?>... classes) {
        List<Class<?>> all = new ArrayList<>();
        for (Class<?> each : classes) {
            all.add(each);
            all.addAll(List.of(each.getDeclaredClasses()));
        }
        return all;
    }

    private static String jar() {
        return "lockstep-cli-" + BuildInfo.VERSION + ".jar";
    }

    private static void daemon(String name, String mainClass, String... args) throws IOException {
        DAEMONS.add(LockstepProcess.start(
                folder,
                spark(mainClass, args),
                Map.of(),
                folder.resolve(name + ".out"),
                folder.resolve(name + ".err")));
    }
}
