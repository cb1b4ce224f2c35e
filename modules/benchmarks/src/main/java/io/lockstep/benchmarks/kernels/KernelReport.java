package io.lockstep.benchmarks.kernels;

import java.util.List;
import java.util.stream.Collectors;

/** All kernels' results. */
public record KernelReport(KernelOptions options, List<KernelResult> results) {
    /** {@code {threads, seconds, results: [...]}}. */
    public String json() {
        return "{\"threads\": " + options.threads() + ", \"seconds\": " + options.seconds() + ", \"results\": [\n  "
                + results.stream().map(KernelResult::json).collect(Collectors.joining(",\n  "))
                + "\n]}\n";
    }
}
