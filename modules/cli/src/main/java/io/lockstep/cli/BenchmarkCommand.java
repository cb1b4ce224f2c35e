package io.lockstep.cli;

import io.lockstep.benchmarks.AllReduceBenchmark;
import io.lockstep.benchmarks.KernelBenchmark;
import io.lockstep.benchmarks.StepBenchmark;
import picocli.CommandLine.Command;

@Command(
        name = "benchmark",
        description = "Measures the parts that a run is made of.",
        subcommands = {AllReduceBenchmark.class, StepBenchmark.class, KernelBenchmark.class, StrategiesBenchmark.class},
        footer = {"", "Example:  bin/lockstep benchmark all-reduce --ranks 2 --bytes 4,262144,44700000 --transport udp"
        })
final class BenchmarkCommand {}
