package io.lockstep.collectives;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;

/**
 * Fits a cost model to the group: alpha from tiny exchanges, beta from a ring of a mebibyte, each the best of a few
 * rounds, since everything that disturbs makes them slower. All ranks end with the slowest rank's figures, so that they
 * choose alike. Some 100 ms.
 */
final class Probe {
    private static final int RING_BYTES = 1 << 20;
    private static final int TINY_ROUNDS = 200;
    private static final int RING_ROUNDS = 20;
    private static final long LONGEST_NANOS = Duration.ofMillis(60).toNanos();

    private final TransportProcessGroup group;

    Probe(TransportProcessGroup group) {
        this.group = group;
    }

    CostModel fit() {
        int n = group.worldSize();
        ByteBuffer tiny = floats(Float.BYTES);
        ByteBuffer ring = floats(RING_BYTES);
        double tinySeconds = best(tiny, Algorithm.FLAT, TINY_ROUNDS);
        double ringSeconds = best(ring, Algorithm.RING, RING_ROUNDS);
        double alpha = tinySeconds / (1 + (n - 2) / 4.0);
        double beta = Math.max(1e-12, (ringSeconds - 2 * (n - 1) * alpha) / (2.0 * (n - 1) / n * RING_BYTES));
        ByteBuffer slowest = floats(2 * Float.BYTES);
        slowest.putFloat(0, (float) alpha).putFloat(Float.BYTES, (float) beta);
        group.allReduceBy(slowest, Reduction.MAX, Algorithm.FLAT).await();
        CostModel local = CostModel.sharedMemory();
        return new CostModel(
                slowest.getFloat(0),
                slowest.getFloat(Float.BYTES),
                local.localAlphaSeconds(),
                local.localBetaSeconds());
    }

    private double best(ByteBuffer vector, Algorithm algorithm, int rounds) {
        long best = Long.MAX_VALUE;
        long begin = System.nanoTime();
        ByteBuffer stop = floats(Float.BYTES);
        for (int round = 0; round < rounds; round++) {
            Work work = group.allReduceBy(vector, Reduction.SUM, algorithm);
            work.await();
            best = Math.min(best, work.durationNanos());
            if (round % 4 == 3) {
                // all ranks leave the loop in the same round
                stop.putFloat(0, System.nanoTime() - begin > LONGEST_NANOS ? 1 : 0);
                group.allReduceBy(stop, Reduction.MAX, Algorithm.FLAT).await();
                if (stop.getFloat(0) > 0) {
                    break;
                }
            }
        }
        return best / 1e9;
    }

    private static ByteBuffer floats(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
