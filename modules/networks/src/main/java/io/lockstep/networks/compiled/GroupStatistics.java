package io.lockstep.networks.compiled;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.engine.StatisticsExchange;
import java.nio.ByteBuffer;

/** Statistics of batches, shared over a process group. */
record GroupStatistics(ProcessGroup group) implements StatisticsExchange {
    @Override
    public int rank() {
        return group.rank();
    }

    @Override
    public int worldSize() {
        return group.worldSize();
    }

    @Override
    public void allGather(ByteBuffer floats) {
        group.allGather(floats).await();
    }
}
