package io.lockstep.benchmarks;

import io.lockstep.benchmarks.kernels.Kernel;
import io.lockstep.benchmarks.kernels.KernelOptions;
import io.lockstep.benchmarks.kernels.KernelReport;
import io.lockstep.benchmarks.kernels.KernelResult;
import io.lockstep.benchmarks.kernels.KernelRuns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The kernels that memory bounds, one by one, in JVMs of their own. */
@Command(
        name = "kernels",
        description = "Measures passes over memory with JMH: the Vector API's, and beside them plain loops.",
        mixinStandardHelpOptions = true)
public final class KernelBenchmark implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "PATTERN",
            description = "Only kernels whose name has this regular expression, such as softmax or ^UpdaterPasses.")
    Pattern pattern = Pattern.compile("");

    @Option(
            names = "--seconds",
            description = "Measured for each kernel, size and implementation, after as long a warm-up."
                    + " Default: ${DEFAULT-VALUE}.")
    double seconds = 1;

    @Option(
            names = "--threads",
            description = "Run the kernel at the same time, each on its own memory. Default: ${DEFAULT-VALUE}.")
    int threads = 1;

    @Option(names = "--json", description = "Write the result to this file.")
    Path json;

    /**
     * Measures one kernel after the other.
     *
     * @param each receives a result as soon as it is there
     */
    public static KernelReport run(KernelOptions options, Consumer<KernelResult> each) throws RunnerException {
        List<KernelResult> results = new ArrayList<>();
        for (Kernel kernel : options.kernels()) {
            List<KernelResult> bySize = KernelRuns.of(kernel, options);
            bySize.forEach(each);
            results.addAll(bySize);
        }
        return new KernelReport(options, results);
    }

    @Override
    public Integer call() throws Exception {
        KernelOptions options = options();
        System.out.printf(
                Locale.ROOT,
                "# %d threads, Java %s, %d cores%n",
                threads,
                Runtime.version(),
                Runtime.getRuntime().availableProcessors());
        System.out.print(KernelResult.header());
        KernelReport report = run(options, result -> System.out.print(result.row()));
        if (json != null) {
            Files.writeString(json, report.json());
        }
        return 0;
    }

    private KernelOptions options() {
        try {
            return new KernelOptions(Kernel.matching(pattern), seconds, threads);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage());
        }
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new KernelBenchmark()).execute(args));
    }
}
