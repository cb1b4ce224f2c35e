package io.lockstep.collectives.group;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.CostModel;
import io.lockstep.collectives.Placement;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.algorithms.Central;
import io.lockstep.collectives.algorithms.Chain;
import io.lockstep.collectives.algorithms.Dissemination;
import io.lockstep.collectives.algorithms.Flat;
import io.lockstep.collectives.algorithms.HalvingDoubling;
import io.lockstep.collectives.algorithms.Hierarchical;
import io.lockstep.collectives.algorithms.Links;
import io.lockstep.collectives.algorithms.Records;
import io.lockstep.collectives.algorithms.RecursiveDoubling;
import io.lockstep.collectives.algorithms.Ring;
import java.util.stream.IntStream;

/** From a call to the algorithm that serves it. */
final class Execution {
    private final Links links;
    private final Flat flat;
    private final Tuning tuning;
    private final Placement placement;
    private final Ring ring;
    private final Hierarchical hierarchical;
    private volatile CostModel costs;

    Execution(Links links, Tuning tuning) {
        this.links = links;
        this.flat = new Flat(links.segmentBytes());
        this.tuning = tuning;
        this.placement = placement(links);
        this.ring = new Ring(links);
        this.hierarchical = new Hierarchical(links);
        this.costs = tuning.costs().orElseGet(CostModel::nominal);
    }

    /** From now on choices follow these; all ranks change them between the same two calls. */
    void costs(CostModel fitted) {
        costs = fitted;
    }

    CostModel costs() {
        return costs;
    }

    private static Placement placement(Links links) {
        int worldSize = links.worldSize();
        int[] ranks = new int[worldSize];
        int[] flows = new int[worldSize];
        for (int rank = 0; rank < worldSize; rank++) {
            int host = links.hostOf(rank);
            ranks[host]++;
            flows[host] += links.hostOf((rank + 1) % worldSize) == host ? 0 : 1;
        }
        return new Placement(
                worldSize,
                (int) IntStream.of(ranks).filter(count -> count > 0).count(),
                IntStream.of(ranks).max().orElseThrow(),
                IntStream.of(flows).max().orElseThrow());
    }

    Placement placement() {
        return placement;
    }

    /** Sets the algorithm that was left open, from what is the same on all ranks. */
    void choose(Collective collective) {
        if (collective.algorithm != Algorithm.AUTO) {
            return;
        }
        collective.algorithm = switch (collective.kind) {
            case ALL_REDUCE -> allReduceBy(collective);
            case REDUCE -> tuning.reduce() == Algorithm.AUTO ? Algorithm.CENTRAL : tuning.reduce();
            case BROADCAST -> tuning.broadcast() == Algorithm.AUTO ? Algorithm.RING : tuning.broadcast();
            case REDUCE_SCATTER, ALL_GATHER, BARRIER, ALL_GATHER_RECORDS, PROBE -> Algorithm.AUTO;
        };
    }

    private Algorithm allReduceBy(Collective collective) {
        long wireBytes = collective.elements() * collective.operand.kernel().wireBytes();
        if (tuning.allReduce() == Algorithm.FLAT && wireBytes > links.segmentBytes()) {
            return Algorithm.RING;
        }
        return tuning.allReduce() == Algorithm.AUTO
                ? costs.fastest(wireBytes, placement, links.segmentBytes())
                : tuning.allReduce();
    }

    void run(Collective collective) {
        switch (collective.kind) {
            case ALL_REDUCE -> allReduce(collective);
            case REDUCE_SCATTER -> ring.reduceScatter(collective.operand);
            case ALL_GATHER -> ring.allGather(collective.operand);
            case REDUCE -> {
                if (collective.algorithm == Algorithm.CENTRAL) {
                    Central.reduce(links, collective.operand, collective.root);
                } else {
                    Chain.reduce(links, collective.operand, collective.root);
                }
            }
            case BROADCAST -> {
                if (collective.algorithm == Algorithm.CENTRAL) {
                    Central.broadcast(links, collective.operand, collective.root);
                } else {
                    Chain.broadcast(links, collective.operand, collective.root);
                }
            }
            case BARRIER -> Dissemination.barrier(links);
            case PROBE -> {
                if (collective.root == Probe.MEMORY) {
                    hierarchical.allReduceWithinHosts(collective.operand);
                } else {
                    hierarchical.allReduceBetweenHosts(collective.operand);
                }
            }
            case ALL_GATHER_RECORDS -> collective.records = Records.allGather(links, collective.record);
        }
    }

    private void allReduce(Collective collective) {
        switch (collective.algorithm) {
            case FLAT -> flat.allReduce(links, collective.operand);
            case RECURSIVE_DOUBLING -> RecursiveDoubling.allReduce(links, collective.operand);
            case HALVING_DOUBLING -> HalvingDoubling.allReduce(links, collective.operand);
            case CENTRAL -> Central.allReduce(links, collective.operand);
            case HIERARCHICAL -> hierarchical.allReduce(collective.operand);
            case RING -> ring.allReduce(collective.operand);
            case AUTO -> throw new IllegalStateException("chosen before it runs");
        }
    }
}
