package io.lockstep.collectives.algorithms;

import io.lockstep.collectives.transport.Frame;

/**
 * Sends one range of a vector to a peer while receiving another from it, frame by frame.
 *
 * <p>Sending goes ahead of receiving by up to the lookahead. So when both ranges are the same, a frame is received only
 * after its place was sent, and may be written there; and two peers that send to each other cannot both be stuck.
 */
final class Duplex {
    /** What to do with what arrives. */
    enum Arrival {
        /** local = in op local. */
        REDUCE,
        /** local = in. */
        TAKE
    }

    private Duplex() {}

    static void exchange(
            Links links,
            Operand vector,
            int to,
            long sendFrom,
            long sendCount,
            int from,
            long receiveFrom,
            long receiveCount,
            Arrival arrival) {
        int most = vector.elementsOf(links.segmentBytes());
        int sends = sendCount < 0 ? 0 : EvenParts.frames(sendCount, most);
        int receives = receiveCount < 0 ? 0 : EvenParts.frames(receiveCount, most);
        int sent = 0;
        int received = 0;
        while (sent < sends || received < receives) {
            boolean ahead = sent >= received + links.lookahead();
            if (sent < sends && (!ahead || received == receives)) {
                long at = sendFrom + EvenParts.start(sendCount, sends, sent);
                send(links, vector, to, at, EvenParts.size(sendCount, sends, sent));
                sent++;
            } else {
                long at = receiveFrom + EvenParts.start(receiveCount, receives, received);
                receive(links, vector, from, at, EvenParts.size(receiveCount, receives, received), arrival);
                received++;
            }
        }
    }

    /** Sends a range alone. */
    static void send(Links links, Operand vector, int to) {
        exchange(links, vector, to, 0, vector.count(), to, 0, -1, Arrival.TAKE);
    }

    /** Receives the whole vector alone. */
    static void receive(Links links, Operand vector, int from, Arrival arrival) {
        exchange(links, vector, from, 0, -1, from, 0, vector.count(), arrival);
    }

    /** Sends one frame of {@code count} elements from element {@code at}. */
    static void send(Links links, Operand vector, int to, long at, int count) {
        Frame out = links.claim(to, vector.wireBytes(count));
        vector.kernel().encode(vector.floats(), vector.byteAt(at), out.buffer(), out.payloadOffset(), count);
        links.send(to);
    }

    /** Receives one frame. */
    static void receive(Links links, Operand vector, int from, long at, int count, Arrival arrival) {
        Frame in = links.receive(from, vector.wireBytes(count));
        int localAt = vector.byteAt(at);
        if (arrival == Arrival.REDUCE) {
            vector.kernel()
                    .reduce(vector.reduction(), in.buffer(), in.payloadOffset(), vector.floats(), localAt, count);
        } else {
            vector.kernel().decode(in.buffer(), in.payloadOffset(), vector.floats(), localAt, count);
        }
        links.release(from);
    }
}
