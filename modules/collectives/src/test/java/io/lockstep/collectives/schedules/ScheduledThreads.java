package io.lockstep.collectives.schedules;

/** What rewritten code calls instead of the methods of {@link Thread} and {@code LockSupport}, and of the clock. */
public final class ScheduledThreads {
    private ScheduledThreads() {}

    public static void start(Thread thread) {
        if (Schedule.me() == null) {
            thread.start();
            return;
        }
        Schedule.current.add(thread);
        thread.setDaemon(true);
        thread.start();
        Schedule.point("Thread.start");
    }

    public static void join(Thread thread) throws InterruptedException {
        join(thread, 0);
    }

    public static void join(Thread thread, long millis) throws InterruptedException {
        Task me = Schedule.me();
        if (me == null) {
            thread.join(millis);
            return;
        }
        Schedule.point("Thread.join");
        Schedule schedule = Schedule.current;
        Task other = schedule.tasks.get(thread);
        long end = millis == 0 ? Schedule.FOREVER : schedule.nanos + millis * 1_000_000;
        while (other != null && other.state != Task.State.FINISHED && schedule.nanos < end) {
            schedule.requireNotInterrupted(me);
            schedule.block(me, other, end == Schedule.FOREVER ? Schedule.FOREVER : end - schedule.nanos);
        }
        schedule.requireNotInterrupted(me);
    }

    public static boolean isAlive(Thread thread) {
        Task task = Schedule.me() == null ? null : Schedule.current.tasks.get(thread);
        return task == null ? thread.isAlive() : task.state != Task.State.FINISHED;
    }

    public static void interrupt(Thread thread) {
        Task task = Schedule.me() == null ? null : Schedule.current.tasks.get(thread);
        if (task == null) {
            thread.interrupt();
            return;
        }
        Schedule.point("Thread.interrupt");
        task.interrupted = true;
        if (task.state == Task.State.BLOCKED && !(task.waitsFor instanceof ScheduledMonitors.Monitor)) {
            task.state = Task.State.RUNNABLE;
        }
    }

    public static boolean isInterrupted(Thread thread) {
        Task task = Schedule.me() == null ? null : Schedule.current.tasks.get(thread);
        return task == null ? thread.isInterrupted() : task.interrupted;
    }

    public static boolean interrupted() {
        Task me = Schedule.me();
        if (me == null) {
            return Thread.interrupted();
        }
        boolean was = me.interrupted;
        me.interrupted = false;
        return was;
    }

    public static void sleep(long millis) throws InterruptedException {
        Task me = Schedule.me();
        if (me == null) {
            Thread.sleep(millis);
            return;
        }
        Schedule.point("Thread.sleep");
        Schedule.current.requireNotInterrupted(me);
        Schedule.current.block(me, null, millis * 1_000_000);
        Schedule.current.requireNotInterrupted(me);
    }

    public static void yield() {
        Task me = Schedule.me();
        if (me != null) {
            Schedule.current.pass(me, "Thread.yield", true);
        }
    }

    public static void onSpinWait() {
        ScheduledThreads.yield();
    }

    public static long nanoTime() {
        Task me = Schedule.me();
        if (me == null) {
            return System.nanoTime();
        }
        Schedule.point("System.nanoTime");
        return Schedule.current.nanos;
    }

    public static long currentTimeMillis() {
        return Schedule.me() == null ? System.currentTimeMillis() : nanoTime() / 1_000_000;
    }

    public static void park() {
        parkNanos(Schedule.FOREVER);
    }

    public static void park(Object blocker) {
        parkNanos(Schedule.FOREVER);
    }

    public static void parkNanos(Object blocker, long forNanos) {
        parkNanos(forNanos);
    }

    public static void parkNanos(long forNanos) {
        Task me = Schedule.me();
        if (me == null) {
            java.util.concurrent.locks.LockSupport.parkNanos(forNanos);
            return;
        }
        Schedule.point("LockSupport.park");
        if (!me.permit && !me.interrupted && forNanos > 0) {
            Schedule.current.block(me, me.turn, forNanos);
        }
        me.permit = false;
    }

    public static void unpark(Thread thread) {
        Task task = Schedule.me() == null || thread == null ? null : Schedule.current.tasks.get(thread);
        if (task == null) {
            java.util.concurrent.locks.LockSupport.unpark(thread);
            return;
        }
        Schedule.point("LockSupport.unpark");
        task.permit = true;
        Schedule.current.wake(task.turn);
    }

    /** Whether the thread has ended, or was stopped. */
    public static boolean isOver(Thread thread) {
        Task task = Schedule.current.tasks.get(thread);
        return task != null && (task.state == Task.State.FINISHED || task.state == Task.State.STOPPED);
    }
}
