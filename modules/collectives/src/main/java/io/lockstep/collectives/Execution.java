package io.lockstep.collectives;

import io.lockstep.collectives.algorithms.Chain;
import io.lockstep.collectives.algorithms.Dissemination;
import io.lockstep.collectives.algorithms.Flat;
import io.lockstep.collectives.algorithms.Links;
import io.lockstep.collectives.algorithms.Records;
import io.lockstep.collectives.algorithms.Ring;

/** From a call to the algorithm that serves it. */
final class Execution {
    private final Links links;
    private final Flat flat;
    private final Tuning tuning;

    Execution(Links links, Tuning tuning) {
        this.links = links;
        this.flat = new Flat(links.segmentBytes());
        this.tuning = tuning;
    }

    /** Sets the algorithm, from what is the same on all ranks. */
    void choose(Collective collective) {
        if (collective.kind == CollectiveKind.ALL_REDUCE) {
            long wireBytes = collective.elements() * collective.operand.kernel().wireBytes();
            collective.algorithm = tuning.allReduce(wireBytes, links.worldSize(), links.segmentBytes());
        }
    }

    void run(Collective collective) {
        switch (collective.kind) {
            case ALL_REDUCE -> allReduce(collective);
            case REDUCE_SCATTER -> Ring.reduceScatter(links, collective.operand);
            case ALL_GATHER -> Ring.allGather(links, collective.operand);
            case REDUCE -> Chain.reduce(links, collective.operand, collective.root);
            case BROADCAST -> Chain.broadcast(links, collective.operand, collective.root);
            case BARRIER -> Dissemination.barrier(links);
            case ALL_GATHER_RECORDS -> collective.records = Records.allGather(links, collective.record);
        }
    }

    private void allReduce(Collective collective) {
        switch (collective.algorithm) {
            case FLAT -> flat.allReduce(links, collective.operand);
            default -> Ring.allReduce(links, collective.operand);
        }
    }
}
