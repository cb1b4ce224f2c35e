package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.DISTRIBUTION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.cli.LockstepProcess.Outcome;
import io.lockstep.datasets.storage.FileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Environments in which a run works all the same, or says in one line why it does not. */
@Timeout(300)
class HostileEnvironmentIT {
    /** JAVA_TOOL_OPTIONS makes each JVM say so, and the C locale has no umlauts. */
    private static final Map<String, String> HOSTILE =
            Map.of("LC_ALL", "C", "JAVA_TOOL_OPTIONS", "-Dsome.agent=true", "HOME", "/nonexistent");

    @TempDir
    Path folder;

    @BeforeEach
    void anybodyMayWrite() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    /** Where root may choose who it is: a user id that has no name, and may not write into the distribution. */
    private static List<String> asNobodyKnown(List<String> command) throws Exception {
        List<String> as = List.of("setpriv", "--reuid=43210", "--regid=43210", "--clear-groups");
        List<String> look = new ArrayList<>(as);
        look.addAll(List.of("test", "-r", DISTRIBUTION.resolve("RELEASE").toString()));
        boolean possible = Files.isExecutable(Path.of("/usr/bin/setpriv"))
                && ProcessHandle.current().info().user().orElse("").equals("root")
                && new ProcessBuilder(look).start().waitFor() == 0;
        List<String> whole = new ArrayList<>(possible ? as : List.of());
        whole.addAll(command);
        return whole;
    }

    @Test
    void aRunOfANamelessUserInTheCLocaleUnderAPathWithUmlautsWorksAndLeavesNothingBehind() throws Exception {
        Path spark = Files.createDirectory(folder.resolve("spark"));
        Files.setPosixFilePermissions(spark, PosixFilePermissions.fromString("rwxrwxrwx"));
        String run = "L\u00e4ufe mit Leerzeichen/eins";
        List<String> call = asNobodyKnown(List.of(
                DISTRIBUTION.resolve("bin/lockstep").toString(),
                "train",
                "--model",
                "mlp",
                "--workers",
                "1",
                "--steps",
                "2",
                "--run-dir",
                run));
        var environment = new HashMap<>(HOSTILE);
        environment.put("TMPDIR", spark.toString());

        Outcome outcome = LockstepProcess.run(folder, call, environment);

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assumeTrue(FileNames.canName(FileNames.charset(), run), "this JVM itself cannot name the run's folder");
        assertThat(folder.resolve(run).resolve("summary.json")).exists();
        assertThat(folder.resolve("?")).doesNotExist();
        assertThat(spark).isEmptyDirectory();
    }

    @Test
    void aHostNameThatSparkRefusesIsToldInOneLine() throws Exception {
        for (String name : List.of("bad_host", "host.invalid")) {
            Outcome outcome = LockstepProcess.run(
                    folder,
                    List.of(DISTRIBUTION.resolve("bin/lockstep").toString(), "train", "--run-dir", "run"),
                    Map.of("SPARK_LOCAL_HOSTNAME", name));

            assertThat(outcome.status()).isEqualTo(2);
            assertThat(outcome.err().lines())
                    .as(outcome.err())
                    .singleElement()
                    .asString()
                    .contains(name);
            assertThat(folder.resolve("run")).doesNotExist();
        }
    }
}
