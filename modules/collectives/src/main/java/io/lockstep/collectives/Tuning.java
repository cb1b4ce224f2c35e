package io.lockstep.collectives;

import io.lockstep.collectives.kernels.WireKernel;
import io.lockstep.collectives.kernels.WireKernels;
import io.lockstep.collectives.transport.Transport;
import java.time.Duration;

/** How a group chooses and waits; equal on all ranks. */
public record Tuning(Algorithm allReduce) {
    public static Tuning defaults() {
        return new Tuning(Algorithm.AUTO);
    }

    Algorithm allReduce(long wireBytes, int worldSize, int segmentBytes) {
        if (allReduce != Algorithm.AUTO) {
            return allReduce;
        }
        return wireBytes <= 8 * 1024 && wireBytes <= segmentBytes ? Algorithm.FLAT : Algorithm.RING;
    }

    Patience patience(Transport transport) {
        int processors = Runtime.getRuntime().availableProcessors();
        long longestSleepNanos = Duration.ofMillis(1).toNanos();
        if (transport.wakes()) {
            // a round asks the sockets, which takes microseconds; the kernel wakes this thread when there is something
            return new Patience(transport, processors > 1 ? 10 : 0, 0, longestSleepNanos);
        }
        return new Patience(
                transport, processors > 1 ? 200 : 0, Duration.ofMillis(1).toNanos(), longestSleepNanos);
    }

    WireKernel[] kernels() {
        return new WireKernel[] {WireKernels.float32()};
    }
}
