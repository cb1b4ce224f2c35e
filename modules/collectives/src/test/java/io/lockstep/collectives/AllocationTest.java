package io.lockstep.collectives;

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
