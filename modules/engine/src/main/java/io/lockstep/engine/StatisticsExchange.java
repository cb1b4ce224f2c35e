package io.lockstep.engine;

import java.nio.ByteBuffer;

/**
 * How the plans of several ranks share the statistics of their batches, so that batch norm sees the global batch. Every
 * rank's plan calls it in the same order; a plan calls it from one of its threads, one call at a time.
 */
public interface StatisticsExchange {
    int rank();

    int worldSize();

    /**
     * Blocks until every rank has called it.
     *
     * @param floats direct, native order, worldSize equal chunks; this rank's is filled, afterwards all are
     */
    void allGather(ByteBuffer floats);
}
