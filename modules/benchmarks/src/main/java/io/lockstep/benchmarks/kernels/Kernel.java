package io.lockstep.benchmarks.kernels;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * A kernel that is measured.
 *
 * @param name class and method
 * @param benchmark JMH's name of it
 * @param bytesPerElement read and written
 */
public record Kernel(String name, String benchmark, double bytesPerElement) {
    private static final List<Class<? extends KernelSuite>> SUITES = List.of(
            FlatVectorsBenchmark.class,
            UpdaterPassesBenchmark.class,
            ThresholdCodecBenchmark.class,
            VectorPassesBenchmark.class,
            ChannelPassesBenchmark.class,
            RowPassesBenchmark.class,
            RecurrentPassesBenchmark.class,
            WinogradPassesBenchmark.class);

    /**
     * Suite by suite.
     *
     * @throws IllegalArgumentException if the pattern is found in no name
     */
    public static List<Kernel> matching(Pattern pattern) {
        List<Kernel> found =
                all().filter(kernel -> pattern.matcher(kernel.name).find()).toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException(pattern + " is in no kernel's name; there are "
                    + all().map(Kernel::name).collect(Collectors.joining(", ")));
        }
        return found;
    }

    private static Stream<Kernel> all() {
        return SUITES.stream().flatMap(suite -> kernelsOf(suite));
    }

    private static Stream<Kernel> kernelsOf(Class<?> suite) {
        return Arrays.stream(suite.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Benchmark.class))
                .sorted(Comparator.comparing(Method::getName))
                .map(method -> kernelOf(suite, method));
    }

    private static Kernel kernelOf(Class<?> suite, Method method) {
        return new Kernel(
                suite.getSimpleName().replace("Benchmark", "") + "." + method.getName(),
                suite.getName() + "." + method.getName(),
                method.getAnnotation(BytesMoved.class).value());
    }
}
