package io.lockstep.collectives.algorithms;

import io.lockstep.collectives.algorithms.Duplex.Arrival;
import io.lockstep.collectives.transport.Frame;

/**
 * Everything through one rank, as DataParallel does it: all send to the root, which adds in the order of the ranks
 * after its own, x(root) + x(root+1) + ..., and hands the result to all. The root's link carries (n-1) times the vector
 * each way, which is what makes it n times slower than a ring; for n = 2 there is little between them.
 */
public final class Central {
    private Central() {}

    /** 2 steps, 2(n-1) times the vector over the root's link. */
    public static void allReduce(Links links, Operand vector) {
        int most = vector.elementsOf(links.segmentBytes());
        int frames = EvenParts.frames(vector.count(), most);
        if (links.rank() != 0) {
            Duplex.exchange(links, vector, 0, 0, vector.count(), 0, 0, vector.count(), Arrival.TAKE);
            return;
        }
        for (int frame = 0; frame < frames; frame++) {
            long at = EvenParts.start(vector.count(), frames, frame);
            int count = EvenParts.size(vector.count(), frames, frame);
            collect(links, vector, 0, at, count);
            vector.kernel().round(vector.floats(), vector.byteAt(at), count);
            handOut(links, vector, 0, at, count);
        }
    }

    /** 1 step, n-1 times the vector over the root's link. */
    public static void reduce(Links links, Operand vector, int root) {
        if (links.rank() != root) {
            Duplex.send(links, vector, root);
            return;
        }
        int frames = EvenParts.frames(vector.count(), vector.elementsOf(links.segmentBytes()));
        for (int frame = 0; frame < frames; frame++) {
            collect(
                    links,
                    vector,
                    root,
                    EvenParts.start(vector.count(), frames, frame),
                    EvenParts.size(vector.count(), frames, frame));
        }
    }

    /** 1 step, n-1 times the vector over the root's link. */
    public static void broadcast(Links links, Operand vector, int root) {
        if (links.rank() != root) {
            Duplex.receive(links, vector, root, Arrival.TAKE);
            return;
        }
        int frames = EvenParts.frames(vector.count(), vector.elementsOf(links.segmentBytes()));
        for (int frame = 0; frame < frames; frame++) {
            handOut(
                    links,
                    vector,
                    root,
                    EvenParts.start(vector.count(), frames, frame),
                    EvenParts.size(vector.count(), frames, frame));
        }
    }

    private static void collect(Links links, Operand vector, int root, long at, int count) {
        for (int distance = 1; distance < links.worldSize(); distance++) {
            Duplex.receive(links, vector, (root + distance) % links.worldSize(), at, count, Arrival.REDUCE);
        }
    }

    private static void handOut(Links links, Operand vector, int root, long at, int count) {
        int bytes = vector.wireBytes(count);
        for (int distance = 1; distance < links.worldSize(); distance++) {
            int peer = (root + distance) % links.worldSize();
            Frame out = links.claim(peer, bytes);
            vector.kernel().encode(vector.floats(), vector.byteAt(at), out.buffer(), out.payloadOffset(), count);
            links.send(peer);
        }
    }
}
