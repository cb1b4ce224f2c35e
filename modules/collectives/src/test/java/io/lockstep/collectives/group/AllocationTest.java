package io.lockstep.collectives.group;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.AllocationMeter;
import io.lockstep.collectives.Tuning;
import org.junit.jupiter.api.Test;

class AllocationTest {
    @Test
    void preparedCallsAllocateNothing() {
        try (World world = World.inProcess(2)) {
            AllocationMeter.assertPreparedCallsAllocateNothing(world);
        }
    }

    @Test
    void norDoTheyInAnyAlgorithm() {
        for (Algorithm algorithm : Algorithm.values()) {
            Tuning tuning = Tuning.defaults().withAllReduce(algorithm);
            try (World world = new World(ProcessGroups.inProcess(3, World.PATIENCE, tuning))) {
                AllocationMeter.assertPreparedCallsAllocateNothing(world);
            }
        }
    }
}
