package io.lockstep.runs.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.HostNeeds;
import io.lockstep.spark.JobFailedException;
import io.lockstep.spark.RankContext;
import io.lockstep.training.RunEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** What a run finds out about its hosts by itself, on two ranks of this one. */
class HostCheckTest {
    /** What the ranks tell the driver. */
    private static List<String> told(Configuration configuration) {
        List<RunEvent> events = Collections.synchronizedList(new ArrayList<>());
        List<ProcessGroup> groups = ProcessGroups.inProcess(2, Duration.ofMinutes(10));
        ExecutorService threads = Executors.newFixedThreadPool(groups.size());
        List<CompletableFuture<Void>> ranks = groups.stream()
                .map(group -> CompletableFuture.runAsync(
                        () -> HostCheck.run(
                                new RankContext(group, null, events::add, 1, List.of(), null),
                                HostNeeds.of(configuration)),
                        threads))
                .toList();
        try {
            ranks.forEach(CompletableFuture::join);
        } finally {
            groups.forEach(ProcessGroup::close);
            threads.shutdownNow();
        }
        return events.stream().map(event -> ((RunEvent.Warned) event).message()).toList();
    }

    private static Configuration configuration(String... assignments) {
        Configuration configuration = new Configuration();
        List.of(assignments).forEach(configuration::put);
        return configuration;
    }

    @Test
    void rankZeroTellsWhatSlowsTheRunDown() {
        assertThat(told(configuration("worker-cores=1000")))
                .singleElement()
                .asString()
                .startsWith("host " + RankEnvironment.here(1).host() + ": cores: 2 ranks of 1000 here, ")
                .endsWith("ask for fewer --workers or a smaller worker-cores");
    }

    @Test
    void aHealthyHostIsNotSpokenOf() {
        assertThat(told(configuration("worker-cores=0", "transport=tcp")))
                .noneMatch(line -> !line.contains("ranks take turns on cores"));
    }

    @Test
    void whatWouldStopTheRunEndsItOnAllRanksWithTheRemedy() {
        Configuration cuda = configuration("runtime=cuda"); // this build has no CUDA backend
        assertThatThrownBy(() -> told(cuda))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(JobFailedException.class)
                .hasMessageContaining("CUDA")
                .hasMessageContaining("leave runtime = auto");
    }
}
