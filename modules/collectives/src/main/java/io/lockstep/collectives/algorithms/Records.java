package io.lockstep.collectives.algorithms;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.transport.Frame;
import java.util.ArrayList;
import java.util.List;

/**
 * All-gather of byte strings of different lengths: first everybody tells everybody its length, then the bytes go round
 * by round, in round d to rank r + d and from rank r - d.
 *
 * <p>A rank whose record is longer than its peer's sends ahead no further than the lookahead, then receives in turn, so
 * that two long records that meet do not wait for each other.
 */
public final class Records {
    private Records() {}

    /** n steps; each rank sends its record n-1 times. */
    public static List<byte[]> allGather(Links links, byte[] record) {
        int worldSize = links.worldSize();
        int rank = links.rank();
        List<byte[]> records = new ArrayList<>();
        for (int distance = 1; distance < worldSize; distance++) {
            int peer = (rank + distance) % worldSize;
            Frame out = links.claim(peer, Integer.BYTES);
            out.buffer().putInt(out.payloadOffset(), record.length);
            links.send(peer);
        }
        for (int peer = 0; peer < worldSize; peer++) {
            records.add(peer == rank ? record.clone() : new byte[length(links, peer)]);
        }
        for (int distance = 1; distance < worldSize; distance++) {
            int from = Math.floorMod(rank - distance, worldSize);
            exchange(links, record, (rank + distance) % worldSize, records.get(from), from);
        }
        return List.copyOf(records);
    }

    private static int length(Links links, int peer) {
        Frame in = links.receive(peer, Integer.BYTES);
        int length = in.buffer().getInt(in.payloadOffset());
        links.release(peer);
        if (length < 0 || length > ProcessGroup.MAX_RECORD_BYTES) {
            throw new IllegalStateException("rank " + peer + " announced a record of " + length + " bytes");
        }
        return length;
    }

    private static void exchange(Links links, byte[] outgoing, int to, byte[] incoming, int from) {
        int longest = links.segmentBytes();
        int sends = EvenParts.frames(outgoing.length, longest);
        int receives = EvenParts.frames(incoming.length, longest);
        int sent = 0;
        for (int received = 0; sent < sends || received < receives; ) {
            boolean ahead = sent >= Math.min(received, receives) + links.lookahead();
            if (sent < sends && (!ahead || received == receives)) {
                int bytes = EvenParts.size(outgoing.length, sends, sent);
                Frame out = links.claim(to, bytes);
                out.buffer()
                        .put(out.payloadOffset(), outgoing, (int) EvenParts.start(outgoing.length, sends, sent), bytes);
                links.send(to);
                sent++;
            } else {
                int bytes = EvenParts.size(incoming.length, receives, received);
                Frame in = links.receive(from, bytes);
                in.buffer()
                        .get(
                                in.payloadOffset(),
                                incoming,
                                (int) EvenParts.start(incoming.length, receives, received),
                                bytes);
                links.release(from);
                received++;
            }
        }
    }
}
