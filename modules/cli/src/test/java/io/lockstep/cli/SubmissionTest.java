package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.runs.build.BuildInfo;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What {@code --dry-run} prints and spark-submit gets. */
class SubmissionTest {
    @TempDir
    Path home;

    private String jar;

    @BeforeEach
    void makeDistribution() throws Exception {
        Files.createDirectories(home.resolve("lockstep"));
        Files.createDirectories(home.resolve("driver"));
        jar = "lockstep-cli-" + BuildInfo.VERSION + ".jar";
        Files.createFile(home.resolve("driver/" + jar));
        Files.createFile(home.resolve("driver/jmh-core.jar"));
        Files.createFile(home.resolve("driver/picocli-1.jar"));
        Files.createFile(home.resolve("lockstep/other.jar"));
    }

    @Test
    void withoutAMasterItIsALocalClusterOfThisMachinesJars() {
        List<String> arguments = submission();

        assertThat(arguments.get(arguments.indexOf("--master") + 1)).startsWith("local-cluster[2,");
        assertThat(arguments).doesNotContain("--jars").contains("spark.ui.enabled=false");
        assertThat(arguments).endsWith(home.resolve("driver/" + jar).toString(), "train");
    }

    @Test
    void aClusterGetsTheJarsAndWhatSparkSubmitTakes() {
        List<String> arguments = submission(
                "--master",
                "yarn",
                "--deploy-mode",
                "cluster",
                "--queue",
                "training",
                "--principal",
                "me",
                "--keytab",
                "k");

        assertThat(arguments)
                .containsSequence("--master", "yarn")
                .containsSequence(
                        "--jars", home.resolve("lockstep/other.jar") + "," + home.resolve("driver/picocli-1.jar"))
                .containsSequence("--deploy-mode", "cluster")
                .containsSequence("--queue", "training", "--principal", "me", "--keytab", "k");
    }

    @Test
    void aDriverOnAStandaloneWorkerGetsTheFlagsThatSparkLeavesOutBesideItsOwn() throws Exception {
        Path properties = Files.writeString(home.resolve("p"), "spark.driver.extraJavaOptions -Dmine=1\n");

        List<String> arguments = submission(
                "--master", "spark://h:7077", "--deploy-mode", "cluster", "--properties-file", properties.toString());

        assertThat(arguments)
                .anyMatch(each -> each.startsWith("spark.driver.extraJavaOptions=-XX")
                        && each.contains("--add-opens=java.base/java.nio=ALL-UNNAMED")
                        && each.endsWith(" -Dmine=1"));
    }

    @Test
    void onKubernetesInClusterModeTheImageHasTheJars() {
        List<String> arguments = submission("--master", "k8s://https://api:6443", "--deploy-mode", "cluster");

        assertThat(arguments).doesNotContain("--jars").endsWith("local:///opt/lockstep-driver/" + jar, "train");
    }

    @Test
    void onKubernetesInClientModeTheyAreSent() {
        List<String> arguments = submission("--master", "k8s://https://api:6443", "--deploy-mode", "client");

        assertThat(arguments)
                .containsSequence("--jars", home.resolve("lockstep/other.jar").toString())
                .endsWith(home.resolve("driver/" + jar).toString(), "train");
    }

    @ParameterizedTest
    @CsvSource({
        "--deploy-mode cluster, needs a cluster",
        "--master yarn --deploy-mode both, client or cluster",
        "--master yarn --principal me, go together",
        "--master yarn --conf spark.x, KEY=VALUE",
        "--master yarn --conf spark.lockstep.seed=1, --set seed=1"
    })
    void whatDoesNotGoTogetherIsRefused(String options, String expected) {
        assertThatThrownBy(() -> submission(options.split(" ")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(expected);
    }

    private List<String> submission(String... options) {
        ClusterOptions cluster = new ClusterOptions();
        new CommandLine(CommandSpec.create().addMixin("cluster", CommandSpec.forAnnotatedObject(cluster)))
                .parseArgs(options);
        return new Submission(new Distribution(home), cluster, "name", new Configuration(), Map.of(), List.of("train"))
                .arguments();
    }
}
