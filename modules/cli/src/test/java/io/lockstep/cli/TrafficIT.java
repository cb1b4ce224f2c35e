package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.cli.LockstepProcess.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody on the network would see of a run. */
class TrafficIT {
    private static final Path SCRIPT = Path.of("../benchmarks/src/main/scripts/capture-traffic.py");

    @TempDir
    Path folder;

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(each -> Files.isExecutable(Path.of(each, program)));
    }

    @Test
    void neitherParametersNorSecretsAreInClear() throws Exception {
        assumeTrue(
                System.getProperty("user.name").equals("root") && isOnPath("tcpdump") && isOnPath("python3"),
                "needs root, tcpdump and python3");
        Outcome captured = LockstepProcess.run(
                folder,
                List.of("python3", SCRIPT.toAbsolutePath().normalize().toString(), folder.toString()),
                Map.of(
                        "LOCKSTEP",
                        LockstepProcess.DISTRIBUTION.resolve("bin/lockstep").toString()));

        assertThat(captured.status()).as(captured.out() + captured.err()).isZero();
        assertThat(captured.out())
                .containsPattern("security off: .* of (\\d+) pieces of the parameters \\1 are in clear")
                .containsPattern(
                        "security on: .* pieces of the parameters 0 are in clear; Spark's secret is not in it");
    }
}
