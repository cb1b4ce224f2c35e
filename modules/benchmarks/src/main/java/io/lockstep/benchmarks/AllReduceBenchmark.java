package io.lockstep.benchmarks;

import io.lockstep.benchmarks.allreduce.AllReduceOptions;
import io.lockstep.benchmarks.allreduce.AllReduceOptions.Group;
import io.lockstep.benchmarks.allreduce.AllReduceOptions.Processes;
import io.lockstep.benchmarks.allreduce.AllReduceOptions.StrangerOptions;
import io.lockstep.benchmarks.allreduce.AllReduceReport;
import io.lockstep.benchmarks.allreduce.AllReduceResult;
import io.lockstep.benchmarks.allreduce.RankProcesses;
import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.group.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * All-reduce over sizes, between processes.
 *
 * <pre>{@code
 * AllReduceReport report = AllReduceBenchmark.run(AllReduceOptions.defaults());
 * System.out.print(AllReduceResult.table(report.results()));
 * }</pre>
 */
@Command(
        name = "all-reduce",
        description = "Measures all-reduce between processes: nccl-tests' columns.",
        mixinStandardHelpOptions = true)
public final class AllReduceBenchmark implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--ranks", description = "Processes. Default: ${DEFAULT-VALUE}.")
    int ranks = 2;

    @Option(names = "--bytes", split = ",", description = "Sizes of the vector; K and M are 1024 and 1048576.")
    List<String> bytes = List.of();

    @Option(names = "--transport", description = "ipc (shared memory), tcp or udp. Default: ${DEFAULT-VALUE}.")
    String transport = "ipc";

    @Option(names = "--security", description = "on or off. Default: ${DEFAULT-VALUE}.")
    String security = "on";

    @Option(
            names = "--algorithm",
            description = "auto, flat, recursive-doubling, halving-doubling, ring, central or hierarchical."
                    + " Default: ${DEFAULT-VALUE}.")
    String algorithm = "auto";

    @Option(names = "--wire", description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    WireType wire = WireType.FLOAT32;

    @Option(names = "--mtu", description = "Bytes of a datagram's payload; 0 leaves it to the transport.")
    int mtuBytes;

    @Option(names = "--seconds", description = "Measured for each size. Default: ${DEFAULT-VALUE}.")
    double seconds = 1;

    @Option(names = "--addresses", split = ",", description = "To bind, one a rank. Default: ${DEFAULT-VALUE}.")
    List<String> addresses = List.of("127.0.0.1");

    @Option(names = "--launcher", description = "Words before each rank's java, e.g. 'ip netns exec host{rank}'.")
    String launcher = "";

    @Option(
            names = "--costs",
            description = "What AUTO rests on: nominal, measured, or what a run with measured costs printed."
                    + " Default: ${DEFAULT-VALUE}.")
    String costs = "nominal";

    @Option(
            names = "--stranger-rate",
            description = "Packets a second from somebody without the key to the ranks' ports, over tcp and udp.")
    int strangerRate;

    @Option(names = "--stranger-port", description = "Where it sends them instead, to see what the packets alone cost.")
    int strangerPort;

    @Option(names = "--json", description = "Write the result to this file.")
    Path json;

    private AllReduceOptions options() {
        List<String> words =
                launcher.isBlank() ? List.of() : List.of(launcher.strip().split("\\s+"));
        return new AllReduceOptions(
                new Processes(ranks, addresses, words),
                new Group(
                        Route.parse(transport),
                        security(),
                        Algorithm.parse(algorithm),
                        wire,
                        mtuBytes,
                        Duration.ofSeconds(30),
                        costs),
                bytes.isEmpty()
                        ? AllReduceOptions.defaults().bytes()
                        : bytes.stream().map(AllReduceBenchmark::size).toList(),
                seconds,
                new StrangerOptions(strangerRate, strangerPort));
    }

    private Security security() {
        return switch (security) {
            case "on" -> Security.ON;
            case "off" -> Security.OFF;
            default -> throw new IllegalArgumentException("security '" + security + "': allowed are on and off");
        };
    }

    /** Starts the ranks, waits for them, and returns what rank 0 measured. */
    public static AllReduceReport run(AllReduceOptions options) throws IOException, InterruptedException {
        return new AllReduceReport(options, RankProcesses.run(options));
    }

    @Override
    public Integer call() throws Exception {
        AllReduceOptions options;
        try {
            options = options();
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage());
        }
        AllReduceReport report = run(options);
        String routes =
                options.group().transport() == Route.SHARED_MEMORY ? "shared memory, between hosts tcp" : transport;
        System.out.printf(Locale.ROOT, "# %d ranks, transport %s, security %s%n", ranks, routes, security);
        System.out.print(AllReduceResult.table(report.results()));
        if (json != null) {
            Files.writeString(json, report.json());
        }
        return report.wrong() == 0 ? 0 : 1;
    }

    private static long size(String text) {
        String upper = text.strip().toUpperCase(Locale.ROOT);
        long unit = upper.endsWith("K") ? 1024 : upper.endsWith("M") ? 1024 * 1024 : 1;
        return Long.parseLong(unit == 1 ? upper : upper.substring(0, upper.length() - 1)) * unit;
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new AllReduceBenchmark()).execute(args));
    }
}
