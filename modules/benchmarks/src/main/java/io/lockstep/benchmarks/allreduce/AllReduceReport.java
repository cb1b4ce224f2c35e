package io.lockstep.benchmarks.allreduce;

import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.group.Route;
import java.util.List;
import java.util.stream.Collectors;

/** The sweep's result. */
public record AllReduceReport(AllReduceOptions options, List<AllReduceResult> results) {
    public long wrong() {
        return results.stream().mapToLong(AllReduceResult::wrong).sum();
    }

    /** {@code {ranks, transport, security, results: [...]}}. */
    public String json() {
        return "{\"ranks\": " + options.ranks() + ", \"transport\": \""
                + (options.group().transport() == Route.SHARED_MEMORY
                        ? "ipc"
                        : options.group().transport()) + "\", \"security\": \""
                + (options.group().security() == Security.ON ? "on" : "off") + "\", \"results\": [\n  "
                + results.stream().map(AllReduceResult::json).collect(Collectors.joining(",\n  "))
                + "\n]}\n";
    }
}
