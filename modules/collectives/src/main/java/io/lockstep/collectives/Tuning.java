package io.lockstep.collectives;

import io.lockstep.collectives.kernels.WireKernel;
import io.lockstep.collectives.kernels.WireKernels;
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

    Patience patience() {
        int spins = Runtime.getRuntime().availableProcessors() > 1 ? 200 : 0;
        return new Patience(
                spins, Duration.ofMillis(1).toNanos(), Duration.ofMillis(1).toNanos());
    }

    WireKernel[] kernels() {
        return new WireKernel[] {WireKernels.float32()};
    }
}
