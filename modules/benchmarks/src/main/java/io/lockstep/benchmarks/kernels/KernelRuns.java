package io.lockstep.benchmarks.kernels;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs of JMH in JVMs with this one's class path and flags, but for the Vector API's module. */
public final class KernelRuns {
    private static final String VECTOR_MODULE = "--add-modules=jdk.incubator.vector";
    private static final int ITERATIONS = 5;

    private KernelRuns() {}

    /** A kernel's results by size; the implementations take turns, so that both see the same machine. */
    public static List<KernelResult> of(Kernel kernel, KernelOptions options) throws RunnerException {
        SortedMap<Integer, Double> simd = medianMicros(kernel, KernelSuite.SIMD, options);
        SortedMap<Integer, Double> scalar = medianMicros(kernel, KernelSuite.SCALAR, options);
        List<KernelResult> results = new ArrayList<>();
        simd.forEach((elements, micros) ->
                results.add(new KernelResult(kernel, elements, options.threads(), micros, scalar.get(elements))));
        return results;
    }

    /** By elements. */
    private static SortedMap<Integer, Double> medianMicros(Kernel kernel, String implementation, KernelOptions options)
            throws RunnerException {
        var said = new ByteArrayOutputStream(); // by the fork, whose JVM warns of the Vector API each time
        var format = OutputFormatFactory.createFormatInstance(
                new PrintStream(said, true, StandardCharsets.UTF_8), VerboseMode.SILENT);
        SortedMap<Integer, Double> micros = new TreeMap<>();
        try {
            for (RunResult result : new Runner(jmhOptions(kernel, implementation, options), format).run()) {
                micros.put(Integer.valueOf(result.getParams().getParam("elements")), median(result));
            }
        } catch (RunnerException e) {
            throw new RunnerException(said.toString(StandardCharsets.UTF_8), e);
        }
        return micros;
    }

    private static Options jmhOptions(Kernel kernel, String implementation, KernelOptions options) {
        TimeValue iteration = TimeValue.milliseconds(Math.max(1, Math.round(options.seconds() * 1000 / ITERATIONS)));
        return new OptionsBuilder()
                .include("^" + Pattern.quote(kernel.benchmark()) + "$")
                .param("implementation", implementation)
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.MICROSECONDS)
                .forks(1)
                .threads(options.threads())
                .warmupIterations(ITERATIONS)
                .warmupTime(iteration)
                .measurementIterations(ITERATIONS)
                .measurementTime(iteration)
                .jvmArgs(flags(implementation, options.threads()))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
    }

    private static String[] flags(String implementation, int threads) {
        List<String> flags = new ArrayList<>();
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!flag.equals(VECTOR_MODULE) && !flag.startsWith("-javaagent") && !flag.startsWith("-agentlib")) {
                flags.add(flag);
            }
        }
        if (implementation.equals(KernelSuite.SIMD)) {
            flags.add(VECTOR_MODULE);
        }
        // a suite's operands are 180 MB at most; otherwise the limit is the heap's
        flags.add("-XX:MaxDirectMemorySize=" + 256L * threads + "m");
        return flags.toArray(String[]::new);
    }

    /** The median of the iterations, each the mean of its calls. */
    private static double median(RunResult result) {
        double[] micros = result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                .sorted()
                .toArray();
        return micros[micros.length / 2];
    }
}
