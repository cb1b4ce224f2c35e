package io.lockstep.collectives.group;

import io.lockstep.collectives.transport.PeerStatus;
import io.lockstep.collectives.transport.Transport;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.StringJoiner;

/** Says in the log who has not arrived while a collective waits, once a collective, long before its deadline ends it. */
final class StallInspector {
    private static final Logger LOG = System.getLogger(StallInspector.class.getName());

    /** Shorter waits are nothing to speak of. */
    private static final long LEAST_NANOS = Duration.ofSeconds(1).toNanos();

    private final Transport transport;
    private final long afterNanos;
    private final PeerStatus status = new PeerStatus();
    private long reportedSequence;

    StallInspector(Transport transport, Duration deadline) {
        this.transport = transport;
        this.afterNanos = Math.max(LEAST_NANOS, deadline.toNanos() / 4);
    }

    void inspect(Collective collective, long waitedNanos) {
        if (waitedNanos < afterNanos || reportedSequence == collective.sequence) {
            return;
        }
        reportedSequence = collective.sequence;
        LOG.log(Level.WARNING, report(collective, waitedNanos));
    }

    String report(Collective collective, long waitedNanos) {
        StringJoiner peers = new StringJoiner("; ");
        for (int peer = 0; peer < transport.worldSize(); peer++) {
            if (peer != transport.rank()) {
                transport.statusOf(peer, status);
                String line = line(peer, collective.sequence);
                if (!line.isEmpty()) {
                    peers.add(transport.describe(peer) + " " + line);
                }
            }
        }
        return transport.describe(transport.rank()) + " has waited "
                + Duration.ofNanos(waitedNanos).toMillis()
                + " ms in " + collective.describe() + " #" + collective.sequence + ": "
                + (peers.length() == 0 ? "all ranks have arrived, the network is slow or broken" : peers);
    }

    private String line(int peer, long sequence) {
        long silence = transport.silenceNanos(peer);
        if (silence == Long.MAX_VALUE) {
            return "is gone";
        }
        if (silence > Duration.ofSeconds(1).toNanos()) {
            return "has been silent for " + Duration.ofNanos(silence).toMillis() + " ms";
        }
        return status.sequence < sequence ? "has not arrived (it stands at #" + status.sequence + ")" : "";
    }
}
