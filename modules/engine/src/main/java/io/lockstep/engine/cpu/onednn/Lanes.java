package io.lockstep.engine.cpu.onednn;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads of a plan. They sleep between passes, spin for some microseconds where they meet, and then sleep too, so
 * that they leave their cores to whoever communicates.
 */
public final class Lanes implements AutoCloseable {
    private static final int SPINS = 4000;
    private static final long NAP_NANOS = 1_000_000;

    /** What a lane does in a pass. */
    public interface LaneTask {
        void run(Lane lane);
    }

    private final Thread[] threads;
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();
    private volatile int phase;
    private volatile int round;
    private volatile LaneTask work;
    /** The first one of a pass: what lanes that only notice it throw is dropped. */
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private volatile boolean closed;
    private volatile Thread owner;

    public Lanes(int count, String name) {
        threads = new Thread[count];
        for (int i = 0; i < count; i++) {
            int index = i;
            threads[i] = new Thread(() -> live(index), name + "-" + i);
            threads[i].setDaemon(true);
        }
        for (Thread thread : threads) {
            thread.start();
        }
    }

    public int count() {
        return threads.length;
    }

    private void live(int index) {
        Lane lane = null;
        int seen = 0;
        while (true) {
            while (round == seen && !closed) {
                LockSupport.park(this);
            }
            if (closed) {
                break;
            }
            seen = round;
            try {
                if (lane == null) {
                    OpenMp.useOneThread();
                    lane = new Lane(index);
                }
                work.run(lane);
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
                wakeLanes();
            }
            if (finished.incrementAndGet() == threads.length) {
                LockSupport.unpark(owner);
            }
        }
        if (lane != null) {
            lane.close();
        }
    }

    /**
     * Runs on all lanes and waits.
     *
     * @param meanwhile called on this thread whenever a lane calls {@link #wakeOwner}
     */
    public void run(LaneTask newWork, Runnable meanwhile) {
        owner = Thread.currentThread();
        work = newWork;
        failure.set(null);
        arrived.set(0);
        finished.set(0);
        round = round + 1;
        wakeLanes();
        boolean interrupted = false;
        while (finished.get() < threads.length) {
            LockSupport.parkNanos(this, NAP_NANOS);
            interrupted |= Thread.interrupted();
            meanwhile.run();
        }
        meanwhile.run();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        rethrow();
    }

    /** As it was thrown: who waits for other ranks in a pass must learn which one was lost. */
    private void rethrow() {
        Throwable first = failure.get();
        if (first instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (first instanceof Error error) {
            throw error;
        }
    }

    public void wakeOwner() {
        LockSupport.unpark(owner);
    }

    /** Returns when all lanes are here. */
    public void meet() {
        if (threads.length == 1) {
            return;
        }
        int now = phase;
        if (arrived.incrementAndGet() == threads.length) {
            arrived.set(0);
            phase = now + 1;
            wakeLanes();
            return;
        }
        for (int i = 0; i < SPINS && phase == now; i++) {
            Thread.onSpinWait();
        }
        while (phase == now) {
            if (failure.get() != null) {
                throw new IllegalStateException("another lane failed");
            }
            LockSupport.parkNanos(this, NAP_NANOS);
        }
    }

    private void wakeLanes() {
        for (Thread thread : threads) {
            if (thread != Thread.currentThread()) {
                LockSupport.unpark(thread);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        wakeLanes();
        for (Thread thread : threads) {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
