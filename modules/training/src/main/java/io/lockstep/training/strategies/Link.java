package io.lockstep.training.strategies;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.training.Calibration;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Strategy;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * What an all-reduce costs here: alpha + bytes x beta, fitted to a small one and a large one.
 *
 * @param alphaNanos of one, however small
 * @param nanosPerByte of the vector, not of the link
 */
record Link(double alphaNanos, double nanosPerByte) {
    private static final int SMALL_BYTES = 64 << 10;
    private static final int LARGE_BYTES = 4 << 20;

    /** A collective. */
    static Link measure(Strategy.Setup setup) {
        ProcessGroup group = setup.group();
        Calibration rehearsal = setup.rehearsal();
        ByteBuffer vector = FlatBuffers.allocate(LARGE_BYTES / Float.BYTES);
        double small = rehearsal.nanosOf(
                () -> group.allReduce(vector.slice(0, SMALL_BYTES).order(vector.order()), Reduction.SUM)
                        .await());
        double large =
                rehearsal.nanosOf(() -> group.allReduce(vector, Reduction.SUM).await());
        double slope = Math.max(0, large - small) / (LARGE_BYTES - SMALL_BYTES);
        return new Link(Math.max(0, small - slope * SMALL_BYTES), slope);
    }

    double nanos(double bytes) {
        return alphaNanos + bytes * nanosPerByte;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.0f us + %.1f ms a MB", alphaNanos / 1e3, nanosPerByte);
    }
}
