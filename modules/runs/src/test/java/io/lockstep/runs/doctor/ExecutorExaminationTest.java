package io.lockstep.runs.doctor;

import static io.lockstep.runs.doctor.DoctorTest.HEALTHY;
import static io.lockstep.runs.doctor.DoctorTest.only;
import static io.lockstep.runs.doctor.DoctorTest.wrong;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.runs.doctor.ExecutorExamination.Seen;
import io.lockstep.runs.folder.RunFolderProbe;
import io.lockstep.runs.hosts.Finding;
import io.lockstep.runs.hosts.Finding.Level;
import io.lockstep.runs.hosts.NetworkLink;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.HostNeeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults of executors: each is found, named, and told how to mend. */
class ExecutorExaminationTest {
    @TempDir
    Path folder;

    private static Seen seen(int rank, int mtuBytes, String folderFault) {
        return new Seen(rank, HEALTHY, "10.0.0." + rank, new NetworkLink("eth0", mtuBytes), 1_000_000, folderFault);
    }

    private List<Finding> onExecutors(Seen... ranks) {
        return ExecutorExamination.of(List.of(ranks), HostNeeds.of(configuration()), "hdfs://nn/runs/mine");
    }

    @Test
    void hostsThatSendPacketsOfDifferentSizesAreFound() {
        List<Finding> alike = onExecutors(seen(0, 1500, null), seen(1, 1500, null));
        assertThat(wrong(alike)).isEmpty();
        assertThat(alike).filteredOn(finding -> finding.what().equals("MTU")).hasSize(1);

        Finding jumbo = only(onExecutors(seen(0, 1500, null), seen(1, 9000, null), seen(2, -1, null)));
        assertThat(jumbo.what()).isEqualTo("MTU");
        assertThat(jumbo.level()).isEqualTo(Level.WARN);
        assertThat(jumbo.measured())
                .isEqualTo("host (10.0.0.0): eth0 1500, host (10.0.0.1): eth0 9000, host (10.0.0.2): unknown");
        assertThat(jumbo.remedy()).isEqualTo("ip link set dev eth0 mtu 1500 on host (10.0.0.1)");

        var links = Map.of("a", new NetworkLink("eth0", 1500), "b", new NetworkLink("ib0", 2044));
        assertThat(ExecutorExamination.mtu(links, true).orElseThrow().remedy()).endsWith("or set transport = tcp");
        assertThat(onExecutors(seen(0, 1500, null))).extracting(Finding::what).doesNotContain("MTU");
    }

    @Test
    void theLinkOfAnAddressIsItsInterface() {
        assertThat(NetworkLink.of("", "127.0.0.1").isKnown()).isTrue();
        assertThat(NetworkLink.of("no-such-device", "127.0.0.1")).isEqualTo(NetworkLink.UNKNOWN);
    }

    @Test
    void anExecutorThatCannotWriteTheRunFolderIsFound() throws IOException {
        String blocked = Files.createFile(folder.resolve("file")).resolve("run").toString();
        String fault = new RunFolderProbe(new LocalStorage(), blocked, "rank-1").fault("driver", () -> {});

        Finding found = only(onExecutors(seen(0, 1500, null), seen(1, 1500, fault)));

        assertThat(found.what()).isEqualTo("run folder");
        assertThat(found.level()).isEqualTo(Level.FAIL);
        assertThat(found.where()).isEqualTo("host (10.0.0.1)");
        assertThat(found.measured()).isEqualTo("hdfs://nn/runs/mine is of no use to rank 1");
        assertThat(found.why()).contains(blocked);
        assertThat(found.remedy()).contains("write access").contains("--run-dir");
    }

    /** Each rank tries at the same time as the others. */
    private List<String> folderFaults(String runFolder, int worldSize) throws Exception {
        Phaser barrier = new Phaser(worldSize);
        List<Callable<String>> ranks = new ArrayList<>();
        for (int rank = 0; rank < worldSize; rank++) {
            var probe = new RunFolderProbe(new LocalStorage(), runFolder, "rank-" + rank);
            ranks.add(() -> probe.fault("driver", barrier::arriveAndAwaitAdvance));
        }
        ExecutorService threads = Executors.newFixedThreadPool(worldSize);
        try {
            List<String> faults = new ArrayList<>();
            for (Future<String> each : threads.invokeAll(ranks)) {
                faults.add(each.get());
            }
            return faults;
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void ranksTryAFolderAtOnceAndLeaveNothingBehind() throws Exception {
        String run = folder.resolve("runs/mine").toString();
        try (var driver = new RunFolderProbe(new LocalStorage(), run, "driver")) {
            driver.write();
            assertThat(folderFaults(run, 4)).containsOnlyNulls();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFolderThatTheDriverDoesNotShareIsOfNoUse() throws Exception {
        assertThat(folderFaults(folder.resolve("runs/mine").toString(), 4))
                .hasSize(4)
                .allMatch(fault -> fault.contains("another folder"));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatOthersPutIntoTheFolderMeanwhileStays() throws IOException {
        Path run = folder.resolve("runs/mine");
        try (var probe = new RunFolderProbe(new LocalStorage(), run.toString(), "driver")) {
            probe.write();
            Files.createFile(run.resolve("config.conf"));
        }
        assertThat(run).isDirectoryContaining("glob:**config.conf");
        assertThat(run.resolve(".doctor-driver")).doesNotExist();
    }

    @Test
    void clocksThatDifferAreFound() {
        assertThat(ExecutorExamination.clocks(List.of(1_000L, 1_400L)).level()).isEqualTo(Level.OK);
        assertThat(ExecutorExamination.clocks(List.of(1_000L, 9_000L)).level()).isEqualTo(Level.WARN);
        assertThat(ExecutorExamination.clocks(List.of(1_000L, 601_000L)).level())
                .isEqualTo(Level.FAIL);
    }

    private Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.put("run-dir", folder.resolve("run").toString());
        return configuration;
    }
}
