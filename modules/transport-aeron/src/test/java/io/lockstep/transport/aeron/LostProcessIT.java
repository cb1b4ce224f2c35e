package io.lockstep.transport.aeron;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.sharedmemory.PrivateDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranks that are processes, one of which is killed or stopped: the others end, and all name it. */
@Timeout(60)
class LostProcessIT {
    private static final int WORLD_SIZE = 3;
    private static final int CULPRIT = 1;

    private final List<Process> processes = new ArrayList<>();
    private final List<BufferedReader> output = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    private void launch(Route route) throws IOException {
        List<PrintStream> input = new ArrayList<>();
        for (int rank = 0; rank < WORLD_SIZE; rank++) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(flag -> flag.startsWith("--add") || flag.startsWith("-XX"))
                    .forEach(command::add);
            command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp"));
            command.add(System.getProperty("java.class.path"));
            command.add(RankProcess.class.getName());
            command.addAll(List.of(Integer.toString(rank), Integer.toString(WORLD_SIZE), route.name(), "3000"));
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            processes.add(process);
            input.add(new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8));
            output.add(process.inputReader(StandardCharsets.UTF_8));
        }
        List<String> advertisements = new ArrayList<>();
        for (int rank = 0; rank < WORLD_SIZE; rank++) {
            advertisements.add(await(rank, "ADVERTISE "));
        }
        input.forEach(rank -> advertisements.forEach(rank::println));
        for (int rank = 0; rank < WORLD_SIZE; rank++) {
            await(rank, "RUNNING");
        }
    }

    private String await(int rank, String prefix) throws IOException {
        for (String line = output.get(rank).readLine();
                line != null;
                line = output.get(rank).readLine()) {
            if (line.startsWith(prefix)) {
                return line.substring(prefix.length());
            }
        }
        throw new IOException("rank " + rank + " ended without " + prefix);
    }

    @ParameterizedTest
    @CsvSource({"SHARED_MEMORY, KILL", "SHARED_MEMORY, STOP", "UDP, KILL", "UDP, STOP"})
    void survivorsNameTheRankThatIsGone(Route route, String signal) throws Exception {
        launch(route);
        Process kill = new ProcessBuilder(
                        "kill",
                        "-" + signal,
                        Long.toString(processes.get(CULPRIT).pid()))
                .start();
        assertThat(kill.waitFor()).isZero();
        for (int rank : new int[] {0, 2}) {
            assertThat(await(rank, "ENDED "))
                    .startsWith("rank " + rank + " (127.0.0.1) lost rank " + CULPRIT + " (127.0.0.1) in allReduce");
            assertThat(processes.get(rank).waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        processes.get(CULPRIT).destroyForcibly().waitFor();
        PrivateDirectory.create(PrivateDirectory.defaultParent()).close(); // sweeps what the killed one left
        try (var left = Files.list(PrivateDirectory.defaultParent())) {
            long pid = processes.get(CULPRIT).pid();
            assertThat(left.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("lockstep-" + pid + "-"));
        }
    }
}
