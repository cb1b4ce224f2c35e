package io.lockstep.collectives.transport;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Ranks that are threads of one JVM: the shared-memory transport on direct buffers. For tests, and for small worlds. */
public final class InProcessTransport {
    private InProcessTransport() {}

    /** One transport a rank; their memory is freed when the last of them is unreachable. */
    public static List<Transport> create(int worldSize) {
        return create(SegmentTransport.Geometry.of(worldSize));
    }

    public static List<Transport> create(SegmentTransport.Geometry geometry) {
        List<ByteBuffer> segments = new ArrayList<>();
        for (int rank = 0; rank < geometry.worldSize(); rank++) {
            segments.add(ByteBuffer.allocateDirect(geometry.bytes() + 64).alignedSlice(64));
        }
        List<Transport> transports = new ArrayList<>();
        for (int rank = 0; rank < geometry.worldSize(); rank++) {
            transports.add(new SegmentTransport(rank, geometry, segments, new OneProcess()));
        }
        return transports;
    }

    private record OneProcess() implements SegmentTransport.Host {
        @Override
        public String describe(int rank) {
            return "rank " + rank + " (this process)";
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
