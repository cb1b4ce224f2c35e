package io.lockstep.collectives;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class AllocationTest {
    @Test
    void preparedCallsAllocateNothing() {
        try (World world = World.inProcess(2, Duration.ofSeconds(30))) {
            AllocationMeter.assertPreparedCallsAllocateNothing(world);
        }
    }

    @Test
    void norDoTheyInAnyAlgorithm() {
        for (Algorithm algorithm : Algorithm.values()) {
            Tuning tuning = Tuning.defaults().withAllReduce(algorithm);
            try (World world = new World(ProcessGroups.inProcess(3, Duration.ofSeconds(30), tuning))) {
                AllocationMeter.assertPreparedCallsAllocateNothing(world);
            }
        }
    }
}
