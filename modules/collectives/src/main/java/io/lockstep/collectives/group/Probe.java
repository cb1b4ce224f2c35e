package io.lockstep.collectives.group;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.CostModel;
import io.lockstep.collectives.LinkCost;
import io.lockstep.collectives.Placement;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Work;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;

/**
 * Fits the costs of both classes of links: within hosts by rings among the ranks of each, between hosts by a ring of
 * their lowest ranks; alpha from 4 bytes, beta from a mebibyte, each the best of a few rounds, since everything that
 * disturbs makes them slower. All ranks end with the slowest rank's figures, so that they choose alike. Takes from 0.2 s
 * to 1.2 s, the slower the link the longer.
 */
final class Probe {
    /** A class of links, as the root of a {@link CollectiveKind#PROBE}. */
    static final int MEMORY = 0;

    static final int NETWORK = 1;

    private static final int RING_BYTES = 1 << 20;
    private static final int MOST_ROUNDS = 200;
    private static final Duration ROUNDS = Duration.ofMillis(100);

    /** A young JVM interprets: until it has compiled what it needs, it would measure itself. */
    private static final int WARM_UP_BYTES = 1 << 16;

    private static final int WARM_UP_ROUNDS = 500;
    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(1);

    private final TransportProcessGroup group;
    private final ByteBuffer stop = floats(Float.BYTES);

    Probe(TransportProcessGroup group) {
        this.group = group;
    }

    CostModel fit() {
        CostModel nominal = CostModel.nominal();
        Placement placement = group.placement();
        return new CostModel(
                placement.fullest() > 1 ? fit(MEMORY, placement.fullest()) : nominal.memory(),
                placement.hosts() > 1 ? fit(NETWORK, placement.hosts()) : nominal.network());
    }

    private LinkCost fit(int linkClass, int n) {
        bestMicros(floats(WARM_UP_BYTES), linkClass, WARM_UP_ROUNDS, LONGEST_WARM_UP);
        double tinyMicros = bestMicros(floats(Float.BYTES), linkClass, MOST_ROUNDS, ROUNDS);
        double ringMicros = bestMicros(floats(RING_BYTES), linkClass, MOST_ROUNDS, ROUNDS);
        double alpha = tinyMicros / (2 * (n - 1));
        double beta = (ringMicros - tinyMicros) * 1000 / (2.0 * (n - 1) / n * RING_BYTES);
        ByteBuffer slowest = floats(2 * Float.BYTES);
        slowest.putFloat(0, (float) Math.max(alpha, 1e-3)).putFloat(Float.BYTES, (float) Math.max(beta, 1e-3));
        group.allReduceBy(slowest, Reduction.MAX, Algorithm.FLAT).await();
        return new LinkCost(slowest.getFloat(0), slowest.getFloat(Float.BYTES));
    }

    private double bestMicros(ByteBuffer vector, int linkClass, int rounds, Duration longest) {
        long best = Long.MAX_VALUE;
        long begin = System.nanoTime();
        for (int round = 0; round < rounds; round++) {
            Work work = group.probe(vector, linkClass);
            work.await();
            best = Math.min(best, work.durationNanos());
            if (round % 4 == 3 && someRankHasHadEnough(begin + longest.toNanos())) {
                break;
            }
        }
        return best / 1e3;
    }

    /** All ranks leave the loop in the same round. */
    private boolean someRankHasHadEnough(long end) {
        stop.putFloat(0, System.nanoTime() - end > 0 ? 1 : 0);
        group.allReduceBy(stop, Reduction.MAX, Algorithm.FLAT).await();
        return stop.getFloat(0) > 0;
    }

    private static ByteBuffer floats(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
