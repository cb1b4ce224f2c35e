package io.lockstep.collectives;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a group chooses its algorithms, and how long it listens in vain; equal on all ranks.
 *
 * @param allReduce AUTO leaves it to the cost model
 * @param reduce CENTRAL, or RING for a pipelined chain; AUTO is CENTRAL, which is what DataParallel does
 * @param broadcast CENTRAL, or RING for a pipelined chain; AUTO is RING
 * @param costs what AUTO rests on; empty: measured when the group is formed, and so not the same in another run
 * @param silence after which a rank that is waited for and gives no sign of life is lost, though the group's deadline has
 *     not passed; ranks beat every few milliseconds, whatever they compute
 */
public record Tuning(
        Algorithm allReduce, Algorithm reduce, Algorithm broadcast, Optional<CostModel> costs, Duration silence) {
    /** A garbage collector or a scheduler may take as long. */
    public static final Duration SHORTEST_SILENCE = Duration.ofSeconds(2);

    public Tuning {
        Objects.requireNonNull(allReduce, "allReduce");
        requireRooted(reduce);
        requireRooted(broadcast);
        if (silence.compareTo(SHORTEST_SILENCE) < 0) {
            throw new IllegalArgumentException(
                    "silence must be at least " + SHORTEST_SILENCE.toSeconds() + " s, was " + silence);
        }
    }

    private static void requireRooted(Algorithm algorithm) {
        if (algorithm != Algorithm.AUTO && algorithm != Algorithm.CENTRAL && algorithm != Algorithm.RING) {
            throw new IllegalArgumentException("reduce and broadcast go by CENTRAL or RING, not by " + algorithm);
        }
    }

    /** AUTO over {@link CostModel#nominal}, so another run of the same world chooses alike; 10 s of silence. */
    public static Tuning defaults() {
        return new Tuning(
                Algorithm.AUTO,
                Algorithm.AUTO,
                Algorithm.AUTO,
                Optional.of(CostModel.nominal()),
                Duration.ofSeconds(10));
    }

    public Tuning withAllReduce(Algorithm algorithm) {
        return new Tuning(algorithm, reduce, broadcast, costs, silence);
    }

    public Tuning withRooted(Algorithm reduceBy, Algorithm broadcastBy) {
        return new Tuning(allReduce, reduceBy, broadcastBy, costs, silence);
    }

    public Tuning withCosts(CostModel model) {
        return new Tuning(allReduce, reduce, broadcast, Optional.of(model), silence);
    }

    /** The group measures its links when it is formed, and says by {@link ProcessGroup#costs} what it found. */
    public Tuning withMeasuredCosts() {
        return new Tuning(allReduce, reduce, broadcast, Optional.empty(), silence);
    }

    public Tuning withSilence(Duration longest) {
        return new Tuning(allReduce, reduce, broadcast, costs, longest);
    }
}
