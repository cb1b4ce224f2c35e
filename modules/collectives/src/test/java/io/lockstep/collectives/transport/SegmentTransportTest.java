package io.lockstep.collectives.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.transport.SegmentTransport.Geometry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentTransportTest {
    private static final int STATUS_VERSION_AT = 0;

    private final Geometry geometry = Geometry.of(2);
    private final List<ByteBuffer> segments = new ArrayList<>();
    private final PeerStatus seen = new PeerStatus();

    @Test
    void aStatusIsReadAsItWasPublished() {
        Transport reader = transportsWith(status(131, 205_562)).get(1);

        reader.statusOf(0, seen);

        assertThat(seen.sequence).isEqualTo(131);
        assertThat(seen.elements).isEqualTo(205_562);
    }

    /** The scheduler may take a writer off its core in the middle of a status, for longer than a reader spins. */
    @Test
    void aStatusThatIsBeingWrittenIsUnknownRatherThanHalfOld() {
        Transport reader = transportsWith(status(130, 65_536)).get(1);
        ByteBuffer segment = segments.get(0).duplicate().order(ByteOrder.nativeOrder());
        segment.putLong(STATUS_VERSION_AT, segment.getLong(STATUS_VERSION_AT) + 1);
        segment.putLong(64 + 8, 131); // the new sequence stands beside the old length

        reader.statusOf(0, seen);

        assertThat(seen.sequence).isNegative();
        assertThat(seen.verdict).isEqualTo(PeerStatus.NO_VERDICT);
    }

    private List<Transport> transportsWith(PeerStatus published) {
        List<Transport> transports = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            segments.add(ByteBuffer.allocateDirect(geometry.bytes() + 64).alignedSlice(64));
        }
        for (int rank = 0; rank < 2; rank++) {
            transports.add(new SegmentTransport(rank, geometry, segments, new NoHost()));
        }
        transports.get(0).publish(published);
        return transports;
    }

    private static PeerStatus status(long sequence, long elements) {
        PeerStatus status = new PeerStatus();
        status.state = PeerStatus.BUSY;
        status.sequence = sequence;
        status.elements = elements;
        return status;
    }

    private record NoHost() implements SegmentTransport.Host {
        @Override
        public String describe(int rank) {
            return "rank " + rank;
        }

        @Override
        public boolean gone(int peer) {
            return false;
        }

        @Override
        public void close() {
            // the buffers are the collector's
        }
    }
}
