package io.lockstep.collectives.simulated;

import io.lockstep.collectives.schedules.Scenario;
import io.lockstep.collectives.schedules.Schedule;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** Scenarios with a fault each, which some schedules show and some do not. */
public final class Faults {
    private Faults() {}

    /** Two threads add one without a lock. */
    public static final class LostUpdate implements Scenario {
        private volatile int count;

        @Override
        @SuppressWarnings("NonAtomicOperationOnVolatileField") // the fault
        public void run() throws InterruptedException {
            Thread first = new Thread(() -> count++, "first");
            Thread second = new Thread(() -> count++, "second");
            first.start();
            second.start();
            first.join();
            second.join();
            if (count != 2) {
                throw new AssertionError("lost an update");
            }
        }
    }

    /** Two locks in two orders. */
    public static final class Deadlock implements Scenario {
        private final ReentrantLock left = new ReentrantLock();
        private final Object right = new Object();

        @Override
        public void run() throws InterruptedException {
            Thread other = new Thread(
                    () -> {
                        synchronized (right) {
                            left.lock();
                            left.unlock();
                        }
                    },
                    "other");
            other.start();
            left.lock();
            synchronized (right) {
                left.unlock();
            }
            other.join();
        }
    }

    /** It looks, and parks, without having said that it would. */
    public static final class LostWakeUp implements Scenario {
        private volatile boolean done;
        private volatile Thread waiter;

        @Override
        public void run() throws InterruptedException {
            Thread worker = new Thread(
                    () -> {
                        done = true;
                        LockSupport.unpark(waiter);
                    },
                    "worker");
            worker.start();
            while (!done) {
                waiter = Thread.currentThread(); // after the look: the worker may have read it before
                LockSupport.park();
            }
            worker.join();
        }
    }

    /** A pair without a version. */
    public static final class Torn implements Scenario {
        @Override
        public void run() throws InterruptedException {
            ByteBuffer memory = ByteBuffer.allocateDirect(16);
            Thread writer = new Thread(
                    () -> {
                        memory.putLong(0, 1);
                        memory.putLong(8, 1);
                    },
                    "writer");
            writer.start();
            if (memory.getLong(0) != memory.getLong(8)) {
                throw new AssertionError("half a pair");
            }
            writer.join();
        }
    }

    /** Nobody joins it. */
    public static final class Left implements Scenario {
        @Override
        public void run() {
            new Thread(() -> LockSupport.park(), "left").start();
        }
    }

    /** No fault: an hour of waiting, in which another thread sleeps longer than a lock is waited for. */
    public static final class LongWait implements Scenario {
        private final ReentrantLock lock = new ReentrantLock();

        @Override
        public void run() throws InterruptedException {
            lock.lock();
            Thread other = new Thread(this::tryForAMinute, "other");
            other.start();
            Thread.sleep(3_600_000);
            lock.unlock();
            other.join();
            if (Schedule.elapsedNanos() < TimeUnit.HOURS.toNanos(1)) {
                throw new AssertionError("time has not passed");
            }
        }

        private void tryForAMinute() {
            try {
                if (lock.tryLock(1, TimeUnit.MINUTES)) {
                    throw new AssertionError("had a lock that another holds");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
