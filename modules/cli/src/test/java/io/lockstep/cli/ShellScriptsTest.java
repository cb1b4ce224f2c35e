package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Shell scripts of the repository, without starting anything. */
class ShellScriptsTest {
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path DISCOVERY = ROOT.resolve("deploy/standalone/gpu-discovery.sh");

    @TempDir
    Path folder;

    private record Ended(int status, String output) {}

    private static Ended run(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    static List<Path> scripts() throws IOException {
        List<Path> scripts = new ArrayList<>();
        for (String folder : List.of("bin", ".ci", "deploy", "modules/benchmarks/src/main/scripts")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                files.filter(Files::isRegularFile)
                        .filter(ShellScriptsTest::isShell)
                        .map(ROOT::relativize)
                        .sorted()
                        .forEach(scripts::add);
            }
        }
        return scripts;
    }

    private static boolean isShell(Path file) {
        try {
            byte[] head = Files.readAllBytes(file);
            String begin = new String(head, 0, Math.min(head.length, 200), StandardCharsets.ISO_8859_1);
            return file.toString().endsWith(".sh") || begin.matches("(?s)#!/\\S*(/| )(ba)?sh\\n.*");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void allScriptsAreFound() throws IOException {
        assertThat(scripts())
                .contains(Path.of("bin/lockstep"), Path.of("bin/common.sh"), Path.of(".ci/run"))
                .contains(ROOT.relativize(DISCOVERY));
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void bashReadsIt(Path script) throws Exception {
        assertThat(run(new ProcessBuilder("bash", "-n", script.toString()).directory(ROOT.toFile())))
                .isEqualTo(new Ended(0, ""));
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void shellcheckFindsNothing(Path script) throws Exception {
        boolean there = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(each -> Files.isExecutable(Path.of(each, "shellcheck")));
        assumeTrue(there, "needs shellcheck");
        var shellcheck = new ProcessBuilder("shellcheck", "--external-sources", script.toString());
        assertThat(run(shellcheck.directory(ROOT.toFile()))).isEqualTo(new Ended(0, ""));
    }

    /** Runs the discovery script where {@code nvidia-smi} is what is given, or is not there. */
    private Ended discover(String nvidiaSmi) throws Exception {
        if (nvidiaSmi != null) {
            Path fake = Files.writeString(folder.resolve("nvidia-smi"), "#!/bin/sh\n" + nvidiaSmi + "\n");
            Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwx------"));
        }
        var builder = new ProcessBuilder("/bin/bash", DISCOVERY.toString());
        builder.environment().put("PATH", folder.toString());
        return run(builder);
    }

    @Test
    void gpusAreToldToSparkInItsFormat() throws Exception {
        assertThat(discover("echo 0; echo 1; echo 2; echo 3"))
                .isEqualTo(new Ended(0, "{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\", \"2\", \"3\"]}\n"));
        assertThat(discover("echo 'WARNING: infoROM is corrupted'; echo 0; echo 11"))
                .isEqualTo(new Ended(0, "{\"name\": \"gpu\", \"addresses\": [\"0\", \"11\"]}\n"));
    }

    @Test
    void aDriverThatFailsAndOneThatIsMissingAreNamed() throws Exception {
        Ended missing = discover(null);
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.output()).contains("no nvidia-smi on the PATH", "install NVIDIA's driver");

        Ended failed = discover("echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18");
        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.output()).contains("nvidia-smi failed: Failed to initialize NVML");

        Ended none = discover("echo 'No devices were found'");
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.output()).contains("names no GPU: 'No devices were found'");
    }
}
