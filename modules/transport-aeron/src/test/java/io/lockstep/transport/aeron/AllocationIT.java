package io.lockstep.transport.aeron;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.AllocationMeter;
import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.LocalRendezvous;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import io.lockstep.collectives.group.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AllocationIT {
    private static World open(Route route, Security security) {
        TransportOptions transport = TransportOptions.defaults().withIntraHost(route);
        return new World(LocalRendezvous.form(
                2, security, (options, rendezvous) -> ProcessGroups.open(options, rendezvous, transport)));
    }

    @ParameterizedTest
    @EnumSource(names = {"SHARED_MEMORY", "TCP"})
    void preparedCallsAllocateNothingWithoutSealing(Route route) {
        try (World world = open(route, Security.OFF)) {
            AllocationMeter.assertPreparedCallsAllocateNothing(world);
        }
    }

    /** Timers of its own make some objects a second. */
    @Test
    void aeronAllocatesNextToNothingWithoutSealing() {
        try (World world = open(Route.UDP, Security.OFF)) {
            assertThat(AllocationMeter.bytesPerRound(world, 360)).isLessThanOrEqualTo(360);
        }
    }

    /** The JDK's cipher makes some objects a record; 18 calls of two ranks have some hundred records. */
    @Test
    void sealedRecordsAllocateWhatTheCipherDoes() {
        try (World world = open(Route.TCP, Security.ON)) {
            assertThat(AllocationMeter.bytesPerRound(world, 400 * 1024)).isBetween(1L, 400L * 1024);
        }
    }
}
