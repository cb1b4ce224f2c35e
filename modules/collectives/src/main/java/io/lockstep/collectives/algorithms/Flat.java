package io.lockstep.collectives.algorithms;

import io.lockstep.collectives.transport.Frame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Everybody sends its vector to everybody, and adds all of them itself: one step, for vectors of one frame.
 *
 * <p>All ranks add in the order x(0) + x(1) + ... + x(n-1), their own vector included in the form in which the others
 * get it, so that all reach the same bits. A rank sends n-1 times the vector, which for a few kilobytes and a few ranks
 * costs less than waiting for a second step.
 */
public final class Flat {
    private final ByteBuffer mine;

    /** @param segmentBytes the longest vector, on the wire */
    public Flat(int segmentBytes) {
        mine = ByteBuffer.allocateDirect(segmentBytes).order(ByteOrder.nativeOrder());
    }

    /** 1 step, n-1 times the vector sent by each rank. */
    public void allReduce(Links links, Operand vector) {
        int rank = links.rank();
        int worldSize = links.worldSize();
        int count = vector.count();
        int bytes = vector.wireBytes(count);
        vector.kernel().encode(vector.floats(), vector.at(), mine, 0, count);
        for (int distance = 1; distance < worldSize; distance++) {
            int peer = (rank + distance) % worldSize;
            Frame out = links.claim(peer, bytes);
            out.buffer().put(out.payloadOffset(), mine, 0, bytes);
            links.send(peer);
        }
        for (int peer = 0; peer < worldSize; peer++) {
            if (peer == rank) {
                add(vector, peer, mine, 0);
            } else {
                Frame in = links.receive(peer, bytes);
                add(vector, peer, in.buffer(), in.payloadOffset());
                links.release(peer);
            }
        }
    }

    private static void add(Operand vector, int position, ByteBuffer wire, int wireAt) {
        if (position == 0) {
            vector.kernel().decode(wire, wireAt, vector.floats(), vector.at(), vector.count());
        } else {
            vector.kernel().reduce(vector.reduction(), wire, wireAt, vector.floats(), vector.at(), vector.count());
        }
    }
}
