package io.lockstep.runs.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.networks.gpu.InstalledGpu;
import io.lockstep.runs.PlannedRuns;
import io.lockstep.runs.hosts.Finding;
import io.lockstep.runs.hosts.Finding.Level;
import io.lockstep.runs.hosts.HostExamination;
import io.lockstep.runs.hosts.HostFacts;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.HostNeeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Planted faults: each is found, named, and told how to mend. */
class DoctorTest {
    static final HostFacts HEALTHY = new HostFacts(
            "host",
            "17.0.10",
            17,
            true,
            null,
            true,
            "some CPU",
            8,
            "4",
            "/dev/shm",
            1L << 30,
            1L << 33,
            1L << 23,
            List.of(),
            "no CUDA here",
            false,
            "UTF-8",
            0);

    @TempDir
    Path folder;

    private Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.put("run-dir", folder.resolve("run").toString());
        return configuration;
    }

    static List<Finding> wrong(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.level() != Level.OK)
                .filter(finding -> !finding.what().equals("user")) // of whoever runs the tests
                .toList();
    }

    static Finding only(List<Finding> findings) {
        assertThat(wrong(findings)).hasSize(1);
        Finding finding = wrong(findings).get(0);
        assertThat(finding.why()).isNotBlank();
        assertThat(finding.remedy()).isNotBlank();
        return finding;
    }

    private Finding onHost(HostFacts facts, String... settings) {
        Configuration configuration = configuration();
        for (int i = 0; i < settings.length; i += 2) {
            configuration.put(settings[i], settings[i + 1]);
        }
        return only(HostExamination.of(facts, HostNeeds.of(configuration), 2));
    }

    private static HostFacts facts(int java, boolean vectors, long shm, long buffers, InstalledGpu... gpus) {
        return new HostFacts(
                "host",
                "Java " + java,
                java,
                vectors,
                null,
                false,
                "old CPU",
                8,
                "1",
                "/dev/shm",
                shm,
                1L << 33,
                buffers,
                List.of(gpus),
                "no CUDA here",
                false,
                "UTF-8",
                0);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aLimitOfTheKernelIsReadWhole() throws Exception {
        Process cat = new ProcessBuilder("cat", "/proc/sys/net/core/rmem_max").start();
        String expected = new String(cat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        assertThat(HostFacts.number(Path.of("/proc/sys/net/core/rmem_max"))).isEqualTo(Long.parseLong(expected));
    }

    @Test
    void aHealthyHostHasNoFindings() {
        assertThat(wrong(HostExamination.of(HEALTHY, HostNeeds.of(configuration()), 2)))
                .isEmpty();
    }

    /** What a worker that was started in the plain C locale hands on to its executors. */
    @Test
    void aPathThatAnExecutorCannotNameIsFound() {
        HostFacts ascii = new HostFacts(
                "host",
                "17",
                17,
                true,
                null,
                true,
                "CPU",
                8,
                "4",
                "/dev/shm",
                1L << 30,
                1L << 33,
                1L << 23,
                List.of(),
                "no CUDA here",
                false,
                "ANSI_X3.4-1968",
                0);

        assertThat(wrong(HostExamination.of(ascii, HostNeeds.of(configuration()), 2)))
                .isEmpty();
        assertThat(onHost(ascii, "data", "/daten/\u00e4pfel").remedy()).contains("spark.executorEnv.LC_ALL=C.UTF-8");
        assertThat(onHost(ascii, "run-dir", "/l\u00e4ufe").level()).isEqualTo(Level.FAIL);
    }

    @Test
    void hostsFaultsAreFound() {
        long much = 1L << 30;
        assertThat(onHost(facts(11, true, much, much)).level()).isEqualTo(Level.FAIL);
        assertThat(onHost(facts(21, true, much, much)).level()).isEqualTo(Level.WARN);
        assertThat(onHost(facts(17, false, much, much)).remedy()).contains("--add-modules jdk.incubator.vector");
        Finding small = onHost(facts(17, true, 64 << 10, much));
        assertThat(small.level()).isEqualTo(Level.FAIL);
        assertThat(small.remedy()).contains("--shm-size").contains("transport = tcp");
        assertThat(onHost(facts(17, true, much, 212_992), "transport", "udp").remedy())
                .contains("rmem_max");
        assertThat(onHost(facts(17, true, much, much), "precision", "bf16").level())
                .isEqualTo(Level.FAIL);
        assertThat(onHost(facts(17, true, much, much), "worker-cores", "8").what())
                .isEqualTo("cores");
        assertThat(onHost(facts(17, true, much, much), "worker-cores", "4", "runtime", "dl4j")
                        .what())
                .isEqualTo("OMP_NUM_THREADS");
    }

    @Test
    void whatTheCudaBackendLacksStopsARunOnGpusOnly() {
        HostFacts facts = facts(17, true, 1 << 30, 1 << 30);
        Finding found = onHost(facts, "runtime", "cuda");

        assertThat(found.what()).isEqualTo("CUDA");
        assertThat(found.measured()).isEqualTo("no CUDA here");
        assertThat(found.level()).isEqualTo(Level.FAIL);
        assertThat(HostExamination.of(facts, HostNeeds.of(configuration()), 1))
                .extracting(Finding::what)
                .doesNotContain("CUDA");
    }

    @Test
    void aGpuThatNd4jHasNoCodeForIsToldInPlainWords() {
        List<InstalledGpu> recorded = InstalledGpu.parse("""
                0, NVIDIA H200, GPU-5a1f0c1e-0000-0000-0000-000000000000, 9.0, 550.54.15
                1, NVIDIA A100-SXM4-80GB, GPU-11111111-0000-0000-0000-000000000000, 8.0
                """);
        assertThat(recorded).hasSize(2);
        Finding h200 = onHost(facts(17, true, 1 << 30, 1 << 30, recorded.get(0), recorded.get(1)));
        assertThat(h200.measured())
                .contains("H200")
                .contains("9.0")
                .contains("driver 550.54.15")
                .contains("GPU-5a1f0c1e");
        assertThat(h200.why()).contains("cannot run on an H100 or H200");
    }

    private List<Finding> onDriver(Configuration configuration, String... properties) throws IOException {
        SparkConf conf = new SparkConf(false);
        for (int i = 0; i < properties.length; i += 2) {
            conf.set(properties[i], properties[i + 1]);
        }
        return new DriverExamination(configuration, conf).findings();
    }

    @Test
    void aRunThatCanBeHasNoFindings() throws IOException {
        assertThat(wrong(onDriver(configuration(), "spark.master", "local-cluster[2,1,1024]")))
                .isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    /** Each passes a look at its settings, its data or its network alone. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "init-from=nowhere | init-from",
                "init-from=nowhere.zip | nowhere.zip: no such file",
                "model=lenet5 strategy=dl4j-gradient-sharing | dl4j-insecure-transport=true allows it",
                "model=wgan bucket-bytes=measured | leave auto, or give a size",
                "workers=3 global-batch=2 | smaller than workers",
                "micro-batches=3 | does not divide",
                "runtime=cuda | GPU",
            })
    void whatTrainRefusesIsFound(String assignments, String why) throws IOException {
        Configuration configuration = configuration();
        for (String assignment : assignments.split(" ")) {
            configuration.put(assignment);
        }
        Configuration same = configuration.copy();

        assertThatThrownBy(() -> PlannedRuns.plan(same, Networks.zoo())).hasMessageContaining(why);
        assertThat(onDriver(configuration, "spark.master", "local-cluster[2,1,2048]"))
                .filteredOn(finding -> finding.level() == Level.FAIL)
                .extracting(Finding::why)
                .anyMatch(each -> each.contains(why));
    }

    @Test
    void withoutAMasterTheRunOnThisMachineIsJudged() throws IOException {
        Configuration configuration = configuration();
        configuration.put("worker-memory-mb=1024");
        configuration.put("worker-cores=1");

        assertThat(wrong(onDriver(configuration))).isEmpty();
    }

    @Test
    void sparksFaultsAreFound() throws IOException {
        assertThat(only(onDriver(configuration(), "spark.dynamicAllocation.enabled", "true"))
                        .why())
                .contains("dynamicAllocation");
        assertThat(only(onDriver(configuration(), "spark.speculation", "true")).why())
                .contains("speculation");
        assertThat(only(onDriver(configuration(), "spark.master", "local-cluster[1,1,1024]"))
                        .why())
                .contains("2 workers need 2 slots");
        Configuration open = configuration();
        open.put("security", "off");
        assertThat(only(onDriver(open, "spark.master", "local[2]", "spark.network.crypto.enabled", "true"))
                        .why())
                .contains("security = off");
        Finding clear = only(onDriver(configuration(), "spark.master", "spark://127.0.0.1:7077"));
        assertThat(clear.level()).isEqualTo(Level.WARN);
        assertThat(clear.remedy()).contains("spark.network.crypto.enabled=true");
    }

    @Test
    void memoryThatWouldNotFitIsFound() throws IOException {
        Configuration large = configuration();
        large.put("model", "resnet18");
        large.put("global-batch", "128");
        Finding small = only(onDriver(
                large, "spark.master", "yarn", "spark.executor.memory", "1g", "spark.network.crypto.enabled", "true"));
        assertThat(small.level()).isEqualTo(Level.FAIL);
        assertThat(small.remedy()).matches("set spark.executor.memoryOverhead=\\d{3,4}m");
        String overhead = small.remedy().replaceAll(".*=", "");
        assertThat(wrong(onDriver(
                        large,
                        "spark.master",
                        "yarn",
                        "spark.network.crypto.enabled",
                        "true",
                        "spark.executor.memoryOverhead",
                        overhead)))
                .isEmpty();
    }

    /** Each thread has memory of its own beside what they share. */
    @Test
    void memoryIsThatOfTheThreadsWhichARankHas() throws IOException {
        Configuration large = configuration();
        large.put("model", "resnet18");
        large.put("global-batch", "128");
        assertThat(megabytes(onDriver(large, "spark.task.cpus", "8")))
                .isGreaterThan(megabytes(onDriver(large, "spark.task.cpus", "1")));
        large.put("worker-cores", "8");
        assertThat(megabytes(onDriver(large))).isEqualTo(megabytes(onDriver(large, "spark.task.cpus", "8")));
    }

    private static long megabytes(List<Finding> findings) {
        Finding memory = findings.stream()
                .filter(each -> each.what().equals("memory"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(memory.measured().replaceAll(" MB.*", "").replace(",", ""));
    }

    @Test
    void aFolderThatCannotBeWrittenAndDataThatIsNotThereAreFound() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Configuration blocked = configuration();
        blocked.put("run-dir", file.resolve("run").toString());
        assertThat(only(onDriver(blocked)).what()).isEqualTo("run folder");
        Configuration absent = configuration();
        absent.put("data", "cifar10");
        absent.put("data-home", folder.resolve("empty").toString());
        assertThat(only(onDriver(absent)).why()).contains("data fetch cifar10");
    }

    @Test
    void aDiskWithoutRoomForTheCheckpointsIsFound() {
        long needed = 300L << 20;
        Finding full = only(List.of(DriverExamination.room("/srv/runs", 20L << 20, needed)));
        assertThat(full.level()).isEqualTo(Level.FAIL);
        assertThat(full.measured()).isEqualTo("/srv/runs: 20 MB free");
        assertThat(full.why()).contains("300 MB");
        assertThat(full.remedy()).contains("make room").contains("--run-dir");
        assertThat(DriverExamination.room("/srv/runs", 302L << 20, needed).level())
                .isEqualTo(Level.OK);
    }
}
