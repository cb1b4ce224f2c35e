package io.lockstep.collectives.schedules;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** What rewritten code does instead of entering monitors and waiting for them, and of taking locks. */
public final class ScheduledMonitors {
    private ScheduledMonitors() {}

    static final class Monitor {
        Task owner;
        int count;
    }

    private static Monitor monitor(Object of) {
        return (Monitor) Schedule.current.monitors.computeIfAbsent(of, fresh -> new Monitor());
    }

    public static void enter(Object of) {
        Task me = Schedule.me();
        if (me == null) {
            throw new IllegalStateException("rewritten code runs in a thread that no schedule knows: "
                    + Thread.currentThread().getName());
        }
        Schedule.point("monitor enter");
        acquire(me, monitor(of), Schedule.FOREVER);
    }

    public static void exit(Object of) {
        Task me = Schedule.me();
        if (me == null || Schedule.current.aborting) {
            return;
        }
        release(me, monitor(of));
        Schedule.point("monitor exit");
    }

    private static boolean acquire(Task me, Monitor monitor, long forNanos) {
        Schedule schedule = Schedule.current;
        long end = forNanos == Schedule.FOREVER ? Schedule.FOREVER : schedule.nanos + forNanos;
        while (monitor.owner != null && monitor.owner != me) {
            if (end != Schedule.FOREVER && schedule.nanos >= end) {
                return false;
            }
            schedule.block(me, monitor, end == Schedule.FOREVER ? Schedule.FOREVER : end - schedule.nanos);
        }
        monitor.owner = me;
        monitor.count++;
        return true;
    }

    private static void release(Task me, Monitor monitor) {
        if (monitor.owner != me) {
            throw new IllegalMonitorStateException();
        }
        if (--monitor.count == 0) {
            monitor.owner = null;
            Schedule.current.wake(monitor);
        }
    }

    public static void wait(Object on) throws InterruptedException {
        wait(on, 0);
    }

    public static void wait(Object on, long millis) throws InterruptedException {
        Task me = Schedule.me();
        Schedule schedule = Schedule.current;
        Monitor monitor = monitor(on);
        if (monitor.owner != me) {
            throw new IllegalMonitorStateException();
        }
        schedule.requireNotInterrupted(me);
        int count = monitor.count;
        monitor.count = 1;
        release(me, monitor);
        schedule.block(me, on, millis == 0 ? Schedule.FOREVER : millis * 1_000_000);
        acquire(me, monitor, Schedule.FOREVER);
        monitor.count = count;
        schedule.requireNotInterrupted(me);
    }

    /** Wakes all: whoever waits must look again anyway. */
    public static void notify(Object on) {
        notifyAll(on);
    }

    public static void notifyAll(Object on) {
        Schedule.current.wake(on);
    }

    public static void lock(ReentrantLock lock) {
        enter(lock);
    }

    public static void unlock(ReentrantLock lock) {
        exit(lock);
    }

    public static boolean tryLock(ReentrantLock lock) {
        Task me = Schedule.me();
        Schedule.point("ReentrantLock.tryLock");
        return acquire(me, monitor(lock), 0);
    }

    public static boolean tryLock(ReentrantLock lock, long time, TimeUnit unit) throws InterruptedException {
        Task me = Schedule.me();
        Schedule.point("ReentrantLock.tryLock");
        Schedule.current.requireNotInterrupted(me);
        return acquire(me, monitor(lock), unit.toNanos(time));
    }
}
