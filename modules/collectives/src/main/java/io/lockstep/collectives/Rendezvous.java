package io.lockstep.collectives;

import java.util.List;

/**
 * How ranks find each other before a group exists: a channel that is trusted already. Under Spark it is
 * {@code BarrierTaskContext.allGather}, which travels over Spark's own RPC.
 */
@FunctionalInterface
public interface Rendezvous {
    /** Blocks until every rank has called it; returns every rank's contribution, by rank. */
    List<String> exchange(String mine);
}
