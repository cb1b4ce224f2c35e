package io.lockstep.collectives;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/**
 * The ranks of one attempt of one job, and what they do together.
 *
 * <p>Every rank calls the same collectives in the same order with the same lengths. A call that differs on two ranks
 * ends in a {@link MismatchedCollectiveException} on all of them; a rank that dies or stalls ends the call on all
 * others with a {@link PeerLostException} that names it, within the group's deadline. After either the group is
 * broken: every later call fails at once with the same cause, and a new group must be formed.
 *
 * <pre>{@code
 * if (group.rank() == 0) { group.barrier(); }   // deadline passes: the other ranks never arrive
 * }</pre>
 *
 * <p>Buffers are direct, in native byte order, and hold float32 from position to limit; position and limit are read at
 * the call and never changed. From the call until its {@link Work} is done a buffer belongs to the group: the caller
 * neither reads nor writes it. Results are bitwise equal on all ranks, and from run to run for one world size.
 *
 * <p>One thread calls the collectives of a group (any thread, one at a time: the order is what counts). They run in
 * the order of the calls, several outstanding at once.
 */
public interface ProcessGroup extends AutoCloseable {
    int rank();

    int worldSize();

    /** The other ranks' addresses for messages, by rank: {@code rank 3 (10.0.0.4)}. */
    String describe(int rank);

    /** In place: afterwards every rank holds the element-wise reduction over all ranks. */
    Work allReduce(ByteBuffer floats, Reduction reduction);

    /**
     * The same, with numbers rounded on the wire: half the bytes. Sums are computed in float32 and rounded once a hop;
     * all ranks end with the same bits. A group without support for it sends float32.
     */
    default Work allReduce(ByteBuffer floats, Reduction reduction, WireType wire) {
        return allReduce(floats, reduction);
    }

    /**
     * In place: afterwards chunk {@code rank} of the buffer (see {@link Chunks}) holds the reduction of that chunk over
     * all ranks; the rest of the buffer is undefined.
     */
    Work reduceScatter(ByteBuffer floats, Reduction reduction);

    /** In place: chunk r of the buffer (see {@link Chunks}) is taken from rank r; afterwards all ranks hold all chunks. */
    Work allGather(ByteBuffer floats);

    /** In place: afterwards the root holds the reduction over all ranks; the other ranks' buffers are undefined. */
    Work reduce(ByteBuffer floats, Reduction reduction, int root);

    /** In place: afterwards every rank holds the root's values. */
    Work broadcast(ByteBuffer floats, int root);

    /** {@link #allReduce(ByteBuffer, Reduction, WireType)} to be started many times; position and limit are read here. */
    default PreparedWork prepareAllReduce(ByteBuffer floats, Reduction reduction, WireType wire) {
        return PreparedWork.calling(() -> allReduce(floats, reduction, wire));
    }

    /** {@link #reduceScatter} to be started many times. */
    default PreparedWork prepareReduceScatter(ByteBuffer floats, Reduction reduction) {
        return PreparedWork.calling(() -> reduceScatter(floats, reduction));
    }

    /** {@link #allGather} to be started many times. */
    default PreparedWork prepareAllGather(ByteBuffer floats) {
        return PreparedWork.calling(() -> allGather(floats));
    }

    /** {@link #reduce} to be started many times. */
    default PreparedWork prepareReduce(ByteBuffer floats, Reduction reduction, int root) {
        return PreparedWork.calling(() -> reduce(floats, reduction, root));
    }

    /** {@link #broadcast} to be started many times. */
    default PreparedWork prepareBroadcast(ByteBuffer floats, int root) {
        return PreparedWork.calling(() -> broadcast(floats, root));
    }

    /** Waits until every rank has called it. */
    void barrier();

    /**
     * Small control records, not bulk data: returns every rank's bytes, by rank. Lengths may differ between ranks.
     *
     * @param record at most {@link #MAX_RECORD_BYTES}
     */
    List<byte[]> allGatherRecords(byte[] record);

    /** What the choice of algorithms rests on; feed it back through {@link Tuning#withCosts} to repeat a run's bits. */
    default CostModel costs() {
        return CostModel.nominal();
    }

    /** The deadline of each collective, from the moment it is at the head of the queue. */
    Duration deadline();

    /** Payload bytes that this rank has sent since the group was formed. */
    long bytesSent();

    /** Ends outstanding work with an exception, frees threads, sockets, mapped files. Idempotent; not a collective. */
    @Override
    void close();

    /** Bytes of one control record. */
    int MAX_RECORD_BYTES = 1 << 20;
}
