package io.lockstep.collectives.algorithms;

import io.lockstep.collectives.transport.Frame;

/**
 * Ring all-reduce (Patarasuk and Yuan 2009), and its halves reduce-scatter and all-gather, segmented and pipelined.
 *
 * <p>The vector is cut into n chunks, n being the world size. Rank r always sends to r + 1 and receives from r - 1. In
 * reduce-scatter step t = 0 .. n-2 it sends chunk r-1-t and receives chunk r-2-t, to which it adds its own; after the
 * last step it holds the whole sum of chunk r. In all-gather step t = 0 .. n-2 it sends chunk r-t and receives chunk
 * r-1-t. So chunk c is summed in the order x(c+1) + x(c+2) + ... + x(c), once, by one rank after another, and what all
 * ranks end with are copies of one result: the same bits everywhere, and from run to run.
 *
 * <p>Each chunk is cut into pieces, and pieces are grouped in blocks of w, the lookahead:
 *
 * <pre>
 *   frames on a link:  block 0, step 0: pieces 0..w-1 | step 1: pieces 0..w-1 | ... | block 1, step 0: ...
 * </pre>
 *
 * The frame that arrives as number k is what number k + w is made of: the same piece one step later, or, after the last
 * step, the same place of the next block. So there are always w frames under way, each arriving piece is added and
 * forwarded in one pass ("send while adding") and partial sums are never written to the caller's memory. Since a sender
 * is never more than w frames ahead and a link holds w + 1, somebody in the ring can always move.
 */
public final class Ring {
    /** Pieces below this size cost more in flags than they hide in overlap. Measured, shared memory. */
    private static final int LEAST_PIECE_BYTES = 16 * 1024;

    private final Links links;
    private final int worldSize;
    private final int rank;
    private final int left;
    private final int right;

    // The collective under way; fields, so that a call makes no object.
    private Operand vector;
    private int reduceSteps;
    private int steps;
    private int window;
    private int pieces;

    public Ring(Links links) {
        this.links = links;
        worldSize = links.worldSize();
        rank = links.rank();
        left = (rank + worldSize - 1) % worldSize;
        right = (rank + 1) % worldSize;
    }

    /** 2(n-1) steps, 2(n-1)/n of the vector sent by each rank. */
    public void allReduce(Operand operand) {
        run(operand, worldSize - 1, worldSize - 1);
    }

    /** n-1 steps; chunk r of rank r holds the reduction, the rest is as it was. */
    public void reduceScatter(Operand operand) {
        run(operand, worldSize - 1, 0);
    }

    /** n-1 steps; chunk r is taken from rank r. */
    public void allGather(Operand operand) {
        run(operand, 0, worldSize - 1);
    }

    private void run(Operand operand, int reducing, int gathering) {
        vector = operand;
        reduceSteps = reducing;
        steps = reducing + gathering;

        int longest = EvenParts.size(vector.count(), worldSize, 0);
        int needed = EvenParts.frames(longest, vector.elementsOf(links.segmentBytes()));
        int wanted = Math.min(links.lookahead(), vector.wireBytes(longest) / LEAST_PIECE_BYTES);
        int atLeast = Math.max(needed, wanted);
        window = Math.min(links.lookahead(), atLeast);
        pieces = (atLeast + window - 1) / window * window;
        for (int piece = 0; piece < window; piece++) {
            sendFresh(piece);
        }
        for (int block = 0; block < pieces; block += window) {
            for (int step = 0; step < steps; step++) {
                for (int piece = block; piece < block + window; piece++) {
                    receive(step, piece);
                }
            }
        }
    }

    /** Chunk that arrives in a step. */
    private int arriving(int step) {
        int chunk = step < reduceSteps ? rank - 2 - step : rank - 1 - (step - reduceSteps);
        return Math.floorMod(chunk, worldSize);
    }

    private void sendFresh(int piece) {
        int chunk = reduceSteps > 0 ? left : rank;
        int size = EvenParts.size(vector.count(), worldSize, chunk);
        int count = EvenParts.size(size, pieces, piece);
        Frame out = links.claim(right, vector.wireBytes(count));
        vector.kernel().encode(vector.floats(), localAt(chunk, size, piece), out.buffer(), out.payloadOffset(), count);
        links.send(right);
    }

    private void receive(int step, int piece) {
        int chunk = arriving(step);
        int size = EvenParts.size(vector.count(), worldSize, chunk);
        int count = EvenParts.size(size, pieces, piece);
        int localAt = localAt(chunk, size, piece);
        int bytes = vector.wireBytes(count);
        Frame in = links.receive(left, bytes);
        if (step < steps - 1) {
            forward(step, in, localAt, count, bytes);
            links.release(left);
            return;
        }
        if (step < reduceSteps) {
            vector.kernel()
                    .reduce(vector.reduction(), in.buffer(), in.payloadOffset(), vector.floats(), localAt, count);
        } else {
            vector.kernel().decode(in.buffer(), in.payloadOffset(), vector.floats(), localAt, count);
        }
        links.release(left);
        if (piece + window < pieces) {
            sendFresh(piece + window);
        }
    }

    private void forward(int step, Frame in, int localAt, int count, int bytes) {
        Frame out = links.claim(right, bytes);
        if (step < reduceSteps - 1) {
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
        } else if (step < reduceSteps) {
            vector.kernel()
                    .reduceBoth(
                            vector.reduction(),
                            in.buffer(),
                            in.payloadOffset(),
                            vector.floats(),
                            localAt,
                            out.buffer(),
                            out.payloadOffset(),
                            count);
        } else {
            vector.kernel().decode(in.buffer(), in.payloadOffset(), vector.floats(), localAt, count);
            out.buffer().put(out.payloadOffset(), in.buffer(), in.payloadOffset(), bytes);
        }
        links.send(right);
    }

    private int localAt(int chunk, int size, int piece) {
        return vector.byteAt(EvenParts.start(vector.count(), worldSize, chunk) + EvenParts.start(size, pieces, piece));
    }
}
