package io.lockstep.collectives.group;

import io.lockstep.collectives.GroupClosedException;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.Work;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/** A world of one rank: nothing to exchange, nothing to open. */
final class SoloProcessGroup implements ProcessGroup {
    private final Duration deadline;
    private volatile boolean closed;

    SoloProcessGroup(Duration deadline) {
        this.deadline = deadline;
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int worldSize() {
        return 1;
    }

    @Override
    public String describe(int rank) {
        return "rank 0 (the only one)";
    }

    private Work done() {
        if (closed) {
            throw new GroupClosedException("the group is closed on this rank");
        }
        return Work.completed();
    }

    @Override
    public Work allReduce(ByteBuffer floats, Reduction reduction) {
        return done();
    }

    @Override
    public Work allReduce(ByteBuffer floats, Reduction reduction, WireType wire) {
        return done();
    }

    @Override
    public Work reduceScatter(ByteBuffer floats, Reduction reduction) {
        return done();
    }

    @Override
    public Work allGather(ByteBuffer floats) {
        return done();
    }

    @Override
    public Work reduce(ByteBuffer floats, Reduction reduction, int root) {
        return done();
    }

    @Override
    public Work broadcast(ByteBuffer floats, int root) {
        return done();
    }

    @Override
    public void barrier() {
        done().await();
    }

    @Override
    public List<byte[]> allGatherRecords(byte[] record) {
        done().await();
        return List.of(record.clone());
    }

    @Override
    public Duration deadline() {
        return deadline;
    }

    @Override
    public long bytesSent() {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
    }
}
