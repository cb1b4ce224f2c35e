package io.lockstep.collectives.group;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.CollectiveException;
import io.lockstep.collectives.CostModel;
import io.lockstep.collectives.GroupClosedException;
import io.lockstep.collectives.Placement;
import io.lockstep.collectives.PreparedWork;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.Work;
import io.lockstep.collectives.algorithms.Operand;
import io.lockstep.collectives.kernels.WireKernel;
import io.lockstep.collectives.kernels.WireKernels;
import io.lockstep.collectives.transport.PeerStatus;
import io.lockstep.collectives.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A process group over a transport: a queue of calls, and one owner at a time who works it off.
 *
 * <p>The owner is the communication thread, as a rule: it overlaps with the caller's computing. A caller who awaits a
 * collective that nobody has begun becomes the owner for as long as that takes, which saves a small collective two
 * changes of threads. Ownership is the lock {@code turn}; transport, exchange and arbiter are touched only by whoever
 * holds it.
 */
final class TransportProcessGroup implements ProcessGroup {
    /** Below this a call does not wake the communication thread: as a rule the caller awaits it at once. */
    private static final int AWAITED_AT_ONCE_BYTES = 16 * 1024;

    private static final long IDLE_TICK_NANOS = Duration.ofMillis(2).toNanos();
    private static final long LINGER_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long VERDICT_TICK_NANOS = Duration.ofMillis(20).toNanos();

    private final Transport transport;
    private final Duration deadline;
    private final Arbiter arbiter;
    private final Exchange exchange;
    private final Execution execution;
    /** By the ordinal of {@link WireType}. */
    private final WireKernel[] kernels;

    private final Queue<Collective> queue = new ArrayDeque<>(); // guarded by itself

    private final ReentrantLock turn = new ReentrantLock();
    private final Thread communication;
    private final Collective barrier = new Collective(this, CollectiveKind.BARRIER, null, WireType.FLOAT32, 0, null);
    private long lastSequence;
    private long idleLookNanos;
    private CollectiveException broken;
    private volatile boolean closing;

    TransportProcessGroup(Transport transport, int attempt, int group, Duration deadline, Tuning tuning) {
        this.transport = transport;
        this.deadline = deadline;
        arbiter = new Arbiter(transport, deadline, tuning.silence());
        exchange = new Exchange(transport, attempt, group, arbiter, deadline, Patience.with(transport), () -> closing);
        execution = new Execution(exchange, tuning);
        kernels = new WireKernel[] {WireKernels.float32(), WireKernels.float16(), WireKernels.bfloat16()};
        communication = new Thread(this::communicate, "lockstep-rank-" + transport.rank());
        communication.setDaemon(true);
        communication.start();
    }

    @Override
    public int rank() {
        return transport.rank();
    }

    @Override
    public int worldSize() {
        return transport.worldSize();
    }

    @Override
    public String describe(int rank) {
        return transport.describe(rank);
    }

    @Override
    public Work allReduce(ByteBuffer floats, Reduction reduction) {
        return allReduce(floats, reduction, WireType.FLOAT32);
    }

    @Override
    public Work allReduce(ByteBuffer floats, Reduction reduction, WireType wire) {
        return prepareAllReduce(floats, reduction, wire).start();
    }

    /** All-reduce by a given algorithm. */
    Work allReduceBy(ByteBuffer floats, Reduction reduction, Algorithm algorithm) {
        Collective collective = prepare(CollectiveKind.ALL_REDUCE, floats, reduction, WireType.FLOAT32, 0);
        collective.algorithm = algorithm;
        return collective.start();
    }

    /** An all-reduce among the ranks of each host, or among the lowest ranks of all hosts; the others have nothing to do. */
    Work probe(ByteBuffer floats, int linkClass) {
        return prepare(CollectiveKind.PROBE, floats, Reduction.SUM, WireType.FLOAT32, linkClass)
                .start();
    }

    /** Measures the links and chooses by that from now on; a collective. */
    void calibrate() {
        execution.costs(new Probe(this).fit());
    }

    Placement placement() {
        return execution.placement();
    }

    @Override
    public CostModel costs() {
        return execution.costs();
    }

    @Override
    public Work reduceScatter(ByteBuffer floats, Reduction reduction) {
        return prepareReduceScatter(floats, reduction).start();
    }

    @Override
    public Work allGather(ByteBuffer floats) {
        return prepareAllGather(floats).start();
    }

    @Override
    public Work reduce(ByteBuffer floats, Reduction reduction, int root) {
        return prepareReduce(floats, reduction, root).start();
    }

    @Override
    public Work broadcast(ByteBuffer floats, int root) {
        return prepareBroadcast(floats, root).start();
    }

    @Override
    public PreparedWork prepareAllReduce(ByteBuffer floats, Reduction reduction, WireType wire) {
        return prepare(CollectiveKind.ALL_REDUCE, floats, reduction, wire, 0);
    }

    @Override
    public PreparedWork prepareReduceScatter(ByteBuffer floats, Reduction reduction) {
        return prepare(CollectiveKind.REDUCE_SCATTER, floats, reduction, WireType.FLOAT32, 0);
    }

    @Override
    public PreparedWork prepareAllGather(ByteBuffer floats) {
        return prepare(CollectiveKind.ALL_GATHER, floats, Reduction.SUM, WireType.FLOAT32, 0);
    }

    @Override
    public PreparedWork prepareReduce(ByteBuffer floats, Reduction reduction, int root) {
        return prepare(CollectiveKind.REDUCE, floats, reduction, WireType.FLOAT32, root);
    }

    @Override
    public PreparedWork prepareBroadcast(ByteBuffer floats, int root) {
        return prepare(CollectiveKind.BROADCAST, floats, Reduction.SUM, WireType.FLOAT32, root);
    }

    @Override
    public void barrier() {
        barrier.start().await();
    }

    @Override
    public List<byte[]> allGatherRecords(byte[] record) {
        if (record.length > MAX_RECORD_BYTES) {
            throw new IllegalArgumentException(
                    "a record has at most " + MAX_RECORD_BYTES + " bytes, this one has " + record.length);
        }
        Collective collective =
                new Collective(this, CollectiveKind.ALL_GATHER_RECORDS, null, WireType.FLOAT32, 0, record.clone());
        collective.start().await();
        return collective.records;
    }

    private Collective prepare(CollectiveKind kind, ByteBuffer floats, Reduction reduction, WireType wire, int root) {
        if (!floats.isDirect() || floats.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("the buffer must be direct and in native byte order");
        }
        if (floats.remaining() % Float.BYTES != 0) {
            throw new IllegalArgumentException("the buffer has " + floats.remaining() + " bytes, not whole floats");
        }
        if (root < 0 || root >= worldSize()) {
            throw new IllegalArgumentException("root " + root + " of worldSize " + worldSize());
        }
        Operand operand = new Operand(
                floats, floats.position(), floats.remaining() / Float.BYTES, reduction, kernels[wire.ordinal()]);
        return new Collective(this, kind, operand, wire, root, null);
    }

    /** Makes the call. */
    void enqueue(Collective collective) {
        if (closing) {
            throw new GroupClosedException("the group is closed on this rank");
        }
        execution.choose(collective);
        collective.begin(++lastSequence);
        synchronized (queue) {
            queue.add(collective);
        }
        if (collective.elements() * Float.BYTES > AWAITED_AT_ONCE_BYTES) {
            LockSupport.unpark(communication);
        }
        if (closing) {
            failQueue(); // close() may have emptied the queue before this call entered it
        }
    }

    private Collective poll() {
        synchronized (queue) {
            return queue.poll();
        }
    }

    private boolean nothingQueued() {
        synchronized (queue) {
            return queue.isEmpty();
        }
    }

    /** Returns when {@code awaited} is done; does it here where nobody else is at it. */
    void runUntilDone(Collective awaited) {
        boolean interrupted = false;
        while (!awaited.isDone()) {
            if (turn.tryLock()) {
                try {
                    while (!awaited.isDone() && runNext()) {
                        continue;
                    }
                } finally {
                    turn.unlock();
                }
                if (!nothingQueued()) {
                    LockSupport.unpark(communication);
                }
            } else {
                awaited.parkUntilDone(IDLE_TICK_NANOS);
            }
            interrupted |= Thread.interrupted(); // ends no collective: the peers would be left in it
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void communicate() {
        while (!closing) {
            if (turn.tryLock()) {
                try {
                    while (!closing && runNext()) {
                        continue;
                    }
                    if (!closing) {
                        idle();
                    }
                } finally {
                    turn.unlock();
                }
            }
            LockSupport.parkNanos(this, IDLE_TICK_NANOS);
        }
    }

    private void idle() {
        try {
            look();
        } catch (RuntimeException | Error e) { // this thread must live, or the peers would miss its heartbeats
            broken = new GroupClosedException(
                    "the group is broken on this rank by " + e + " between two collectives", e);
        }
    }

    private void look() {
        transport.progress();
        long now = System.nanoTime();
        if (broken == null && now - idleLookNanos > VERDICT_TICK_NANOS) {
            idleLookNanos = now;
            if (arbiter.heardOfVerdict()) {
                broken = arbiter.exception("the pause after collective #" + lastSequence);
            }
        }
    }

    /** Runs the call at the head of the queue; by the owner. */
    private boolean runNext() {
        Collective next = poll();
        if (next == null) {
            return false;
        }
        if (broken != null) {
            next.fail(broken);
            return true;
        }
        try {
            exchange.begin(next);
            execution.run(next);
            next.complete(exchange.end());
        } catch (CollectiveException e) {
            broken = e;
            next.fail(e);
        } catch (RuntimeException | Error e) {
            broken = new GroupClosedException("the group is broken on this rank by " + e + " in " + next.describe(), e);
            next.fail(broken);
        }
        return true;
    }

    private void failQueue() {
        for (Collective next = poll(); next != null; next = poll()) {
            next.fail(new GroupClosedException("the group was closed on this rank before " + next.describe()));
        }
    }

    @Override
    public Duration deadline() {
        return deadline;
    }

    @Override
    public long bytesSent() {
        return exchange.bytesSent();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
        }
        LockSupport.unpark(communication);
        boolean mine = false;
        boolean interrupted = false;
        // whoever is the owner sees `closing` within a few sleeps of its patience
        while (!mine) {
            try {
                mine = turn.tryLock(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        linger();
        // never unlocked again: nobody may touch the memory that is freed here
        failQueue();
        arbiter.closed();
        transport.close();
        while (communication.isAlive() && communication != Thread.currentThread()) {
            try {
                communication.join(1000);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stays until the peers have finished what this rank has finished, since the last frames may need sending again. */
    private void linger() {
        if (broken != null || !transport.lingers()) {
            return;
        }
        long until = System.nanoTime() + LINGER_NANOS;
        Patience patience = new Patience(transport, 0, 0, 1_000_000);
        while (!arbiter.peersAreDone() && System.nanoTime() < until) {
            transport.progress();
            patience.pause();
        }
    }

    /** For tests: what the transport says of a peer. */
    void statusOf(int peer, PeerStatus into) {
        transport.statusOf(peer, into);
    }
}
