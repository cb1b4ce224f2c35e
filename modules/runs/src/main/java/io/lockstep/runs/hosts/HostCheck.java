package io.lockstep.runs.hosts;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.runs.settings.HostNeeds;
import io.lockstep.spark.JobFailedException;
import io.lockstep.spark.RankContext;
import io.lockstep.training.RunEvent;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** The cheap part of {@code doctor}, which every run does by itself: each host, looked at by its lowest rank. */
public final class HostCheck {
    private HostCheck() {}

    /**
     * On a rank, before it computes; a collective.
     *
     * @throws JobFailedException on all ranks, if a host has what would stop the run, with the remedy
     */
    public static void run(RankContext context, HostNeeds needs) {
        ProcessGroup group = context.group();
        String host = RankEnvironment.here(1).host();
        List<String> hosts = gather(group, host);
        List<Finding> mine =
                hosts.indexOf(host) == group.rank() ? examine(needs, Collections.frequency(hosts, host)) : List.of();
        List<String> warnings = gather(group, lines(mine, Finding.Level.WARN, host));
        List<String> failures = gather(group, lines(mine, Finding.Level.FAIL, host));
        if (group.rank() == 0) {
            warnings.stream()
                    .flatMap(String::lines)
                    .forEach(line -> context.events().accept(new RunEvent.Warned(line)));
        }
        failures.stream().flatMap(String::lines).findFirst().ifPresent(line -> {
            throw new JobFailedException(line, null);
        });
    }

    private static List<Finding> examine(HostNeeds needs, int ranksHere) {
        return HostExamination.of(HostFacts.here(true, needs.gpus()), needs, ranksHere);
    }

    private static String lines(List<Finding> findings, Finding.Level level, String host) {
        Stream<String> lines = findings.stream()
                .filter(finding -> finding.level() == level)
                .map(finding -> "host " + host + ": " + finding.line());
        return String.join("\n", lines.toList());
    }

    private static List<String> gather(ProcessGroup group, String text) {
        return group.allGatherRecords(text.getBytes(StandardCharsets.UTF_8)).stream()
                .map(record -> new String(record, StandardCharsets.UTF_8))
                .toList();
    }
}
