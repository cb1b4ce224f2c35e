package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.DISTRIBUTION;
import static io.lockstep.cli.LockstepProcess.lockstep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lockstep.cli.LockstepProcess.Outcome;
import io.lockstep.runs.build.BuildInfo;
import io.lockstep.runs.masters.MasterTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is shipped, under which licences, and what of it executors get. */
class DistributionIT {
    /** Of the command line and the benchmarks. */
    private static final List<String> DRIVERS_ALONE =
            List.of("lockstep-cli", "lockstep-benchmarks", "picocli", "jmh-core", "jopt-simple");

    /** What DL4J's masters bring, which are in the builds for Spark 3.5. */
    private static final Set<String> OF_MASTERS = Set.of(
            "commons-net",
            "datavec-spark_2.12",
            "deeplearning4j-core",
            "deeplearning4j-parallel-wrapper",
            "dl4j-spark-parameterserver_2.12",
            "dl4j-spark_2.12",
            "nd4j-aeron",
            "nd4j-parameter-server-node_2.12",
            "reactive-streams",
            "rxjava");

    @TempDir
    Path folder;

    @Test
    void everyJarOfOthersHasALicenceAndNoneIsListedThatIsNotThere() throws IOException {
        Set<String> shipped = Stream.of("lockstep", "driver")
                .flatMap(each -> jars(DISTRIBUTION.resolve(each)).stream())
                .map(DistributionIT::artifact)
                .filter(each -> !each.startsWith("lockstep-"))
                .collect(Collectors.toCollection(TreeSet::new));
        Map<String, String> licences = licences();
        assertThat(licences.keySet()).containsAll(shipped);
        Set<String> ofCuda = Set.of("cuda", "nd4j-cuda-11.6", "nd4j-cuda-11.6-preset");
        boolean withMasters = MasterTraining.find().isPresent();
        assertThat(licences.keySet())
                .allMatch(each ->
                        ofCuda.contains(each) || shipped.contains(each) == (withMasters || !OF_MASTERS.contains(each)));
        assertThat(jars(DISTRIBUTION.resolve("lockstep")).stream().filter(jar -> jar.contains("_2.1")))
                .allMatch(jar -> jar.contains("_" + BuildInfo.SCALA + "-"));
        assertThat(jars(DISTRIBUTION.resolve("lockstep")))
                .allMatch(jar -> !licences.getOrDefault(artifact(jar), "").startsWith("GPL"));
    }

    @Test
    void whatOnlyADriverNeedsLiesApart() {
        assertThat(jars(DISTRIBUTION.resolve("driver")).stream().map(DistributionIT::artifact))
                .containsExactlyInAnyOrderElementsOf(DRIVERS_ALONE);
        assertThat(jars(DISTRIBUTION.resolve("lockstep")).stream().map(DistributionIT::artifact))
                .contains("lockstep-runs", "lockstep-engine", "lockstep-spark-ml")
                .doesNotContainAnyElementsOf(DRIVERS_ALONE);
    }

    @Test
    void executorsTrainWithoutCommandLineAndBenchmarks() throws Exception {
        assumeThat(CommandLines.areReadable()).isTrue();
        try (CommandLines lines = new CommandLines()) {
            Outcome outcome = lockstep(
                    folder,
                    "train",
                    "--model",
                    "lenet5",
                    "--workers",
                    "2",
                    "--steps",
                    "2",
                    "--set",
                    "train-examples=64");

            assertThat(outcome.status()).as(outcome.err()).isZero();
            List<String> executors = lines.seen().stream()
                    .filter(line -> line.contains("CoarseGrainedExecutorBackend"))
                    .filter(line -> line.contains(DISTRIBUTION + "/lockstep/")) // other tests start some without
                    .toList();
            assertThat(executors).isNotEmpty();
            for (String executor : executors) {
                assertThat(classPath(executor).map(DistributionIT::artifact))
                        .contains("lockstep-runs", "lockstep-engine")
                        .doesNotContainAnyElementsOf(DRIVERS_ALONE);
            }
        }
    }

    /** Names of the jars behind {@code -cp}, but for Spark's, whose folder of links has gone with the run. */
    private static Stream<String> classPath(String commandLine) {
        List<String> words = Arrays.asList(commandLine.split("\0"));
        String classPath = words.get(words.indexOf("-cp") + 1);
        return Arrays.stream(classPath.split(":"))
                .filter(entry -> entry.startsWith(DISTRIBUTION.toString()) || entry.endsWith(".jar"))
                .flatMap(entry -> entry.endsWith("/*")
                        ? jars(Path.of(entry.substring(0, entry.length() - 2))).stream()
                        : Stream.of(Path.of(entry).getFileName().toString()));
    }

    private static List<String> jars(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(folder + " cannot be listed", e);
        }
    }

    /** {@code aeron-client} of {@code aeron-client-1.46.7.jar}. */
    private static String artifact(String jar) {
        return jar.replaceFirst("-\\d+\\.\\d.*", "");
    }

    /** By artifact. */
    private static Map<String, String> licences() throws IOException {
        Map<String, String> licences = new LinkedHashMap<>();
        for (String line : Files.readAllLines(DISTRIBUTION.resolve("THIRD-PARTY"))) {
            if (!line.startsWith("#")) {
                String[] parts = line.split(" {4,}");
                Arrays.stream(parts[1].split(" ")).forEach(artifact -> licences.put(artifact, parts[0]));
            }
        }
        return licences;
    }
}
