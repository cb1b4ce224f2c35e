package io.lockstep.transport.aeron;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.World;
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
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Ranks that are processes, one of which is killed, stopped or cut off: the others end long before the group's deadline of
 * ten minutes, and all name it.
 */
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
        launch(route, rank -> List.of(), rank -> "127.0.0.1");
    }

    private void launch(Route route, IntFunction<List<String>> launcher, IntFunction<String> address)
            throws IOException {
        List<PrintStream> input = new ArrayList<>();
        for (int rank = 0; rank < WORLD_SIZE; rank++) {
            List<String> command = new ArrayList<>(launcher.apply(rank));
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(flag -> flag.startsWith("--add") || flag.startsWith("-XX"))
                    .forEach(command::add);
            command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp"));
            command.add(System.getProperty("java.class.path"));
            command.add(RankProcess.class.getName());
            command.addAll(
                    List.of(Integer.toString(rank), Integer.toString(WORLD_SIZE), route.name(), address.apply(rank)));
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
    @CsvSource({"SHARED_MEMORY, KILL", "SHARED_MEMORY, STOP", "TCP, KILL", "TCP, STOP", "UDP, KILL", "UDP, STOP"})
    void survivorsNameTheRankThatIsGone(Route route, String signal) throws Exception {
        launch(route);
        Process kill = new ProcessBuilder(
                        "kill",
                        "-" + signal,
                        Long.toString(processes.get(CULPRIT).pid()))
                .start();
        assertThat(kill.waitFor()).isZero();
        assertSurvivorsNameIt("127.0.0.1", "127.0.0.1", "127.0.0.1");
        processes.get(CULPRIT).destroyForcibly().waitFor();
        PrivateDirectory.create(PrivateDirectory.defaultParent()).close(); // sweeps what the killed one left
        try (var left = Files.list(PrivateDirectory.defaultParent())) {
            long pid = processes.get(CULPRIT).pid();
            assertThat(left.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("lockstep-" + pid + "-"));
        }
    }

    private void assertSurvivorsNameIt(String... addresses) throws Exception {
        for (int rank : new int[] {0, 2}) {
            assertThat(await(rank, "ENDED "))
                    .startsWith("rank " + rank + " (" + addresses[rank] + ") lost rank " + CULPRIT + " ("
                            + addresses[CULPRIT] + ") in allReduce");
            assertThat(processes.get(rank).waitFor(World.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "UDP"})
    void survivorsNameTheRankWhoseLinkIsCut(Route route) throws Exception {
        Assumptions.assumeTrue(Namespaces.possible(), "needs root and iproute2");
        try (Namespaces hosts = Namespaces.create(WORLD_SIZE)) {
            launch(route, hosts::in, Namespaces::address);
            hosts.cut(CULPRIT);
            assertSurvivorsNameIt(Namespaces.address(0), Namespaces.address(1), Namespaces.address(2));
        }
    }
}
