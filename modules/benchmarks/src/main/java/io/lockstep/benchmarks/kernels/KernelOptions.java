package io.lockstep.benchmarks.kernels;

import java.util.List;

/**
 * What to measure.
 *
 * @param seconds measured for each kernel, size and implementation, after as long a warm-up; five calls at least
 * @param threads that run the kernel at the same time, each on operands of its own
 */
public record KernelOptions(List<Kernel> kernels, double seconds, int threads) {
    public KernelOptions {
        if (!(seconds > 0)) {
            throw new IllegalArgumentException("seconds must be positive, was " + seconds);
        }
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, was " + threads);
        }
        kernels = List.copyOf(kernels);
    }
}
