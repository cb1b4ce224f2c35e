package io.lockstep.collectives.algorithms;

import io.lockstep.collectives.transport.Frame;

/**
 * Broadcast and reduce along a chain of all ranks, pipelined: while a rank works on one piece, its successor works on
 * the piece before.
 *
 * <p>Broadcast: root, root+1, ..., root-1; each rank hands every piece on as it takes it. Reduce: root+1, ..., root-1,
 * root; each rank adds its own to what arrives and hands the sum on. So a sum has the order x(root+1) + x(root+2) + ...
 * + x(root). Every link carries the vector once: for long vectors nothing moves fewer bytes through the busiest link.
 */
public final class Chain {
    private Chain() {}

    /** n-1 steps to the end of the chain, the vector once over each link. */
    public static void broadcast(Links links, Operand vector, int root) {
        int worldSize = links.worldSize();
        int position = Math.floorMod(links.rank() - root, worldSize);
        int next = (links.rank() + 1) % worldSize;
        int previous = Math.floorMod(links.rank() - 1, worldSize);
        int frames = EvenParts.frames(vector.count(), vector.elementsOf(links.segmentBytes()));
        for (int frame = 0; frame < frames; frame++) {
            int count = EvenParts.size(vector.count(), frames, frame);
            int bytes = vector.wireBytes(count);
            int localAt = vector.byteAt(EvenParts.start(vector.count(), frames, frame));
            if (position == 0) {
                Frame out = links.claim(next, bytes);
                vector.kernel().encode(vector.floats(), localAt, out.buffer(), out.payloadOffset(), count);
                links.send(next);
                continue;
            }
            Frame in = links.receive(previous, bytes);
            if (position < worldSize - 1) {
                Frame out = links.claim(next, bytes);
                out.buffer().put(out.payloadOffset(), in.buffer(), in.payloadOffset(), bytes);
                links.send(next);
            }
            vector.kernel().decode(in.buffer(), in.payloadOffset(), vector.floats(), localAt, count);
            links.release(previous);
        }
    }

    /** n-1 steps to the root, the vector once over each link. */
    public static void reduce(Links links, Operand vector, int root) {
        int worldSize = links.worldSize();
        int position = Math.floorMod(links.rank() - root - 1, worldSize);
        int next = (links.rank() + 1) % worldSize;
        int previous = Math.floorMod(links.rank() - 1, worldSize);
        int frames = EvenParts.frames(vector.count(), vector.elementsOf(links.segmentBytes()));
        for (int frame = 0; frame < frames; frame++) {
            int count = EvenParts.size(vector.count(), frames, frame);
            int bytes = vector.wireBytes(count);
            int localAt = vector.byteAt(EvenParts.start(vector.count(), frames, frame));
            if (position == 0) {
                Frame out = links.claim(next, bytes);
                vector.kernel().encode(vector.floats(), localAt, out.buffer(), out.payloadOffset(), count);
                links.send(next);
                continue;
            }
            Frame in = links.receive(previous, bytes);
            if (position < worldSize - 1) {
                Frame out = links.claim(next, bytes);
                vector.kernel()
                        .reduceForward(
                                vector.reduction(),
                                in.buffer(),
                                in.payloadOffset(),
                                vector.floats(),
                                localAt,
                                out.buffer(),
                                out.payloadOffset(),
                                count);
                links.send(next);
            } else {
                vector.kernel()
                        .reduce(vector.reduction(), in.buffer(), in.payloadOffset(), vector.floats(), localAt, count);
            }
            links.release(previous);
        }
    }
}
