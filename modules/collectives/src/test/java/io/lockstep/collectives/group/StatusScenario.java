package io.lockstep.collectives.group;

import io.lockstep.collectives.schedules.Scenario;
import io.lockstep.collectives.transport.InProcessTransport;
import io.lockstep.collectives.transport.PeerStatus;
import io.lockstep.collectives.transport.SegmentTransport.Geometry;
import io.lockstep.collectives.transport.Transport;
import java.util.List;

/** A status is written by one thread while others read it. */
final class StatusScenario implements Scenario {
    @Override
    public void run() throws InterruptedException {
        List<Transport> transports = InProcessTransport.create(new Geometry(2, 64, 2));
        Thread writer = new Thread(
                () -> {
                    PeerStatus status = new PeerStatus();
                    for (int i = 1; i <= 5; i++) {
                        status.sequence = i;
                        status.elements = i;
                        status.previousElements = i;
                        status.otherElements = i;
                        transports.get(0).publish(status);
                    }
                },
                "writer");
        writer.start();
        PeerStatus seen = new PeerStatus();
        long last = 0;
        for (int i = 0; i < 8; i++) {
            transports.get(1).statusOf(0, seen);
            if (seen.sequence < 0) {
                continue;
            }
            if (seen.sequence < last
                    || seen.elements != seen.sequence
                    || seen.previousElements != seen.sequence
                    || seen.otherElements != seen.sequence) {
                throw new AssertionError("half of status " + seen.sequence + " and half of " + seen.elements);
            }
            last = seen.sequence;
        }
        writer.join();
    }
}
