package io.lockstep.collectives.group;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.CollectiveException;
import io.lockstep.collectives.PreparedWork;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.algorithms.Operand;
import io.lockstep.collectives.transport.Frame;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A call of a collective on this rank, from the call until it is done; and again where it was prepared. */
final class Collective implements PreparedWork {
    /** A call that was finished before it could be looked at. */
    static final int UNKNOWN_CALL = Frame.packCall(0xFF, 0, 0);

    final CollectiveKind kind;
    final Operand operand;
    final WireType wire;
    final int root;
    final byte[] record;
    long sequence;
    Algorithm algorithm = Algorithm.AUTO;
    List<byte[]> records;

    private final TransportProcessGroup group;
    private CollectiveException failure;
    private long durationNanos;
    private volatile Thread waiter;
    private volatile boolean done = true;

    Collective(
            TransportProcessGroup group, CollectiveKind kind, Operand operand, WireType wire, int root, byte[] record) {
        this.group = group;
        this.kind = kind;
        this.operand = operand;
        this.wire = wire;
        this.root = root;
        this.record = record;
    }

    long elements() {
        return operand == null ? 0 : operand.count();
    }

    /** What must be equal on all ranks, as frames and statuses carry it: two ints and {@link #elements}. */
    int callCode() {
        return Frame.packCall(
                kind.ordinal(), kind.reduces() ? operand.reduction().ordinal() : 0, wire.ordinal());
    }

    int rootCode() {
        return Frame.packRoot(root, algorithm.ordinal());
    }

    String describe() {
        return describe(callCode(), rootCode(), elements());
    }

    /** {@code allReduce(float32[1000], SUM)}. */
    static String describe(int callCode, int rootCode, long elements) {
        if (callCode == UNKNOWN_CALL) {
            return "another collective, which it has finished";
        }
        int little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? callCode : Integer.reverseBytes(callCode);
        CollectiveKind kind = pick(CollectiveKind.values(), little >> 8 & 0xFF);
        if (!kind.hasVector()) {
            return kind + "()";
        }
        WireType wire = pick(WireType.values(), little >> 24 & 0xFF);
        String text = kind + "(float32[" + elements + "]";
        text += kind.reduces() ? ", " + pick(Reduction.values(), little >> 16 & 0xFF) : "";
        text += kind.hasRoot() ? ", root " + (rootCode & 0xFFFF) : "";
        text += wire == WireType.FLOAT32 ? "" : ", " + wire;
        Algorithm algorithm = pick(Algorithm.values(), rootCode >> 16 & 0xFF);
        return text + (algorithm == Algorithm.AUTO ? ")" : ") by " + algorithm);
    }

    private static <T> T pick(T[] values, int ordinal) {
        return values[Math.min(ordinal, values.length - 1)];
    }

    void complete(long nanos) {
        durationNanos = nanos;
        finish();
    }

    void fail(CollectiveException cause) {
        failure = cause;
        finish();
    }

    @Override
    public PreparedWork start() {
        if (!done) {
            throw new IllegalStateException(describe() + " is outstanding already");
        }
        group.enqueue(this);
        return this;
    }

    /** From here on it is outstanding. */
    void begin(long number) {
        sequence = number;
        failure = null;
        waiter = null;
        done = false;
    }

    private void finish() {
        done = true;
        Thread waiting = waiter;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    @Override
    public boolean isDone() {
        return done;
    }

    @Override
    public void await() {
        if (!done) {
            group.runUntilDone(this);
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Sleeps until somebody else has finished this, or for a little while. */
    void parkUntilDone(long nanos) {
        waiter = Thread.currentThread();
        if (!done) {
            LockSupport.parkNanos(this, nanos);
        }
    }

    @Override
    public long durationNanos() {
        return durationNanos;
    }
}
