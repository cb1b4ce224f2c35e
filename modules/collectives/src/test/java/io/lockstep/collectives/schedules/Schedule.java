package io.lockstep.collectives.schedules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * One run of a scenario under one seed. The static methods are what rewritten code calls; a thread that is not of the
 * schedule passes through them.
 *
 * <p>Exactly one task runs at a time and holds the turn; all state here is touched by it alone. At each {@link #point} it
 * may hand the turn to another, by one of two policies, which the seed chooses: at random, with a chance of switching of
 * its own; or by priorities that change at a few random points, which finds what needs few but particular switches
 * (Burckhardt et al. 2010, probabilistic concurrency testing).
 */
public final class Schedule {
    /** Thrown in every task that is left when the run is over or has failed. */
    static final class Abort extends Error {
        private static final long serialVersionUID = 1;

        Abort() {
            super("the schedule is over", null, false, false);
        }
    }

    private enum State {
        RUNNABLE,
        BLOCKED,
        /** As a process that was killed or stopped: it never runs again. */
        STOPPED,
        FINISHED
    }

    private static final class Task {
        final Thread thread;
        final Semaphore turn = new Semaphore(0);
        State state = State.RUNNABLE;
        /** What it waits for: a monitor, itself when parked, a task; null when it sleeps. */
        Object waitsFor;

        long wakeNanos;
        boolean permit;
        boolean interrupted;
        double priority;
        int initializing;
        int operationsToLive = Integer.MAX_VALUE;
        Predicate<Thread> deathOf;
        String at = "start";

        Task(Thread thread) {
            this.thread = thread;
        }
    }

    private static final class Monitor {
        Task owner;
        int count;
    }

    private record OpenFile(Thread opener, FileChannel channel) {}

    private record AtPoint(long point, Runnable action) {}

    private static final long FOREVER = Long.MAX_VALUE;
    private static final int MOST_POINTS = 3_000_000;
    private static final int PRIORITY_CHANGES = 4;
    private static final int EXPECTED_POINTS = 3_000;
    private static final int TRACED = 60;
    /** Virtual ones, in which a thread that has done its work ends. */
    private static final int LEFT_MILLIS = 100;

    private static final long POINT_NANOS = 50;
    private static final long YIELD_NANOS = 5_000;
    private static final double[] CHANCES = {0.5, 0.2, 0.05, 0.01};

    private static volatile Schedule current;

    private final Random random;
    private final boolean byPriority;
    private final double chance;
    private final List<Long> changes = new ArrayList<>();
    private final Map<Thread, Task> tasks = new LinkedHashMap<>();
    private final Map<Object, Monitor> monitors = new IdentityHashMap<>();
    private final Deque<String> trace = new ArrayDeque<>();
    private final List<AtPoint> events = new ArrayList<>();
    private final List<OpenFile> files = new ArrayList<>();
    private final Semaphore over = new Semaphore(0);
    private Task running;
    private long nanos = 1_000_000_000L;
    private long points;
    private long switches;
    private long fingerprint;
    private double lowest;
    private volatile Throwable failure;
    private volatile boolean aborting;

    Schedule(long seed) {
        random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        byPriority = random.nextBoolean();
        chance = CHANCES[random.nextInt(CHANCES.length)];
        int expected = 1 + random.nextInt(EXPECTED_POINTS);
        for (int i = 0; i < PRIORITY_CHANGES; i++) {
            changes.add((long) random.nextInt(expected));
        }
    }

    /** Runs the scenario to its end. @return how it failed, or null */
    Throwable run(Scenario scenario) throws InterruptedException {
        current = this;
        Thread main = new ControlledThread(() -> runMain(scenario), "scenario");
        Task task = add(main);
        running = task;
        main.setDaemon(true);
        main.start();
        task.turn.release();
        if (!over.tryAcquire(2, TimeUnit.MINUTES)) {
            fail(new AssertionError("a thread of the schedule waits for something that the schedule does not know"));
            failure.addSuppressed(new AssertionError(describeTasks()));
        }
        aborting = true;
        for (Task each : List.copyOf(tasks.values())) {
            each.turn.release(1000);
        }
        for (Task each : List.copyOf(tasks.values())) {
            each.thread.join(10_000);
            if (each.thread.isAlive()) {
                fail(new AssertionError(each.thread + " does not end"));
            }
        }
        for (OpenFile file : files) {
            closed(file.channel());
        }
        current = null;
        return failure;
    }

    private void runMain(Scenario scenario) {
        try {
            scenario.run();
            for (long waited = 0; left() != null; waited++) {
                if (waited == LEFT_MILLIS) {
                    throw new AssertionError("the scenario has ended, but not its thread "
                            + left().thread.getName());
                }
                block(running, null, 1_000_000);
            }
        } catch (Abort e) {
            throw e;
        } catch (Throwable e) {
            fail(e);
        } finally {
            aborting = true;
            over.release();
        }
    }

    /** A thread that has not ended, or null. */
    private Task left() {
        for (Task each : tasks.values()) {
            if (each != running && each.state != State.FINISHED && each.state != State.STOPPED) {
                return each;
            }
        }
        return null;
    }

    long points() {
        return points;
    }

    long switches() {
        return switches;
    }

    /** Equal for two runs that did the same in the same order. */
    long fingerprint() {
        return fingerprint;
    }

    String describe() {
        return (byPriority ? "by priorities" : "at random, " + chance) + ", " + points + " points, " + switches
                + " switches; the last of them:\n  " + String.join("\n  ", trace);
    }

    private synchronized void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        } else if (failure != e) {
            failure.addSuppressed(e);
        }
    }

    private Task add(Thread thread) {
        Task task = new Task(thread);
        task.priority = random.nextDouble();
        tasks.put(thread, task);
        return task;
    }

    // ---- what scenarios call

    /** Draws from the seed. */
    public static Random random() {
        return current.random;
    }

    /** Does something, outside all threads, as soon as so many points from now have passed. */
    public static void after(int points, Runnable action) {
        Schedule now = current;
        now.events.add(new AtPoint(now.points + points, action));
    }

    /** These threads never run again, as those of a process that was stopped. */
    public static void stop(Predicate<Thread> which) {
        for (Task task : current.tasks.values()) {
            if (task.state != State.FINISHED && which.test(task.thread)) {
                task.state = State.STOPPED;
            }
        }
    }

    private static void closed(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@link #stop}, and the kernel closes the files that the threads opened, and with them their locks. */
    public static void kill(Predicate<Thread> which) {
        stop(which);
        for (OpenFile file : current.files) {
            if (which.test(file.opener())) {
                closed(file.channel());
            }
        }
    }

    /**
     * This thread dies in the file operation that comes after so many of its own, as {@link #kill} does to the others of
     * {@code which}.
     */
    public static void killInFileOperation(int operations, Predicate<Thread> which) {
        Task me = me();
        me.operationsToLive = operations;
        me.deathOf = which;
    }

    /** In place of {@code FileChannel.open}. */
    public static FileChannel open(Path path, OpenOption... options) throws IOException {
        return opened(FileChannel.open(path, options));
    }

    /** In place of {@code FileChannel.open}. */
    public static FileChannel open(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        return opened(FileChannel.open(path, options, attributes));
    }

    private static FileChannel opened(FileChannel channel) {
        if (me() != null) {
            current.files.add(new OpenFile(Thread.currentThread(), channel));
        }
        return channel;
    }

    /** Whether the thread has ended, or was stopped. */
    public static boolean isOver(Thread thread) {
        Task task = current.tasks.get(thread);
        return task != null && (task.state == State.FINISHED || task.state == State.STOPPED);
    }

    /** Virtual nanoseconds that have passed since the start. */
    public static long elapsedNanos() {
        return current.nanos - 1_000_000_000L;
    }

    // ---- turns

    private static Task me() {
        Schedule schedule = current;
        return schedule == null ? null : schedule.tasks.get(Thread.currentThread());
    }

    /** Another task may go on before what comes next. */
    public static void point(String where) {
        Task me = me();
        if (me != null) {
            current.pass(me, where, false);
        }
    }

    /** As {@link #point}, before an operation on a file. */
    public static void filePoint(String where) {
        Task me = me();
        if (me != null) {
            if (me.initializing == 0 && me.operationsToLive-- == 0) {
                kill(me.deathOf);
            }
            current.pass(me, where, false);
        }
    }

    /** A class is being initialised, in one piece. */
    public static void beginInitializer() {
        Task me = me();
        if (me != null) {
            me.initializing++;
        }
    }

    public static void endInitializer() {
        Task me = me();
        if (me != null) {
            me.initializing--;
        }
    }

    private void pass(Task me, String where, boolean yields) {
        requireRunning();
        if (me.initializing > 0) {
            return; // whoever needs the class would wait for it inside the JVM
        }
        me.at = where;
        nanos += yields ? YIELD_NANOS : POINT_NANOS;
        fingerprint = fingerprint * 31 + where.hashCode();
        if (++points > MOST_POINTS) {
            fail(new AssertionError("no end after " + MOST_POINTS + " points\n" + describeTasks()));
            abort();
        }
        if (!events.isEmpty()) {
            happen();
        }
        if (byPriority && (yields || changes.contains(points))) {
            me.priority = --lowest;
        }
        if (me.state != State.RUNNABLE || byPriority || yields || random.nextDouble() < chance) {
            handOver(me, choose(me, yields));
        }
    }

    private void happen() {
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).point() <= points) {
                events.remove(i--).action().run();
            }
        }
    }

    private void requireRunning() {
        if (aborting) {
            throw new Abort();
        }
    }

    private void abort() {
        aborting = true;
        over.release();
        throw new Abort();
    }

    /** Who goes on: never one that sleeps while another can run. */
    private Task choose(Task me, boolean another) {
        for (; ; ) {
            Task best = null;
            int candidates = 0;
            for (Task each : tasks.values()) {
                if (each.state == State.BLOCKED && each.wakeNanos <= nanos) {
                    each.state = State.RUNNABLE;
                }
                if (each.state != State.RUNNABLE || another && !byPriority && each == me) {
                    continue;
                }
                candidates++;
                if (best == null || (byPriority ? each.priority > best.priority : random.nextInt(candidates) == 0)) {
                    best = each;
                }
            }
            if (best != null) {
                return best;
            }
            if (another && me.state == State.RUNNABLE) {
                return me;
            }
            wakeNext();
        }
    }

    private void wakeNext() {
        Task next = null;
        for (Task each : tasks.values()) {
            if (each.state == State.BLOCKED
                    && each.wakeNanos != FOREVER
                    && (next == null || each.wakeNanos < next.wakeNanos)) {
                next = each;
            }
        }
        if (next == null) {
            fail(new AssertionError("deadlock:\n" + describeTasks()));
            abort();
        }
        nanos = Math.max(nanos, next.wakeNanos);
        next.state = State.RUNNABLE;
    }

    private void handOver(Task me, Task next) {
        if (next == me) {
            return;
        }
        switches++;
        fingerprint = fingerprint * 31 + next.thread.getName().hashCode();
        if (trace.size() == TRACED) {
            trace.removeFirst();
        }
        trace.addLast(me.thread.getName() + " at " + me.at + " -> " + next.thread.getName());
        running = next;
        next.turn.release();
        if (me.state != State.FINISHED) {
            me.turn.acquireUninterruptibly();
            requireRunning();
        }
    }

    /** Waits until somebody makes this task runnable, or the time has come. */
    private void block(Task me, Object on, long forNanos) {
        me.state = State.BLOCKED;
        me.waitsFor = on;
        me.wakeNanos = forNanos == FOREVER || nanos + forNanos < 0 ? FOREVER : nanos + forNanos;
        handOver(me, choose(me, false));
        me.waitsFor = null;
    }

    private void wake(Object on) {
        for (Task each : tasks.values()) {
            if (each.state == State.BLOCKED && each.waitsFor == on) {
                each.state = State.RUNNABLE;
            }
        }
    }

    private String describeTasks() {
        StringBuilder text = new StringBuilder();
        for (Task each : tasks.values()) {
            text.append(each.thread.getName())
                    .append(' ')
                    .append(each.state)
                    .append(" at ")
                    .append(each.at)
                    .append('\n');
            for (StackTraceElement frame : each.thread.getStackTrace()) {
                if (frame.getClassName().startsWith("io.lockstep.")
                        && !frame.getClassName().startsWith(Schedule.class.getPackageName())) {
                    text.append("    ").append(frame).append('\n');
                }
            }
        }
        return text.toString();
    }

    // ---- threads

    /** The whole life of a thread. */
    static void runControlled(Runnable body) {
        Schedule schedule = current;
        Task me = schedule.tasks.get(Thread.currentThread());
        me.turn.acquireUninterruptibly();
        try {
            schedule.requireRunning();
            body.run();
        } catch (Abort e) {
            return;
        } catch (Throwable e) {
            if (!schedule.aborting) {
                schedule.fail(e);
            }
        }
        if (!schedule.aborting) {
            schedule.finish(me);
        }
    }

    private void finish(Task me) {
        me.state = State.FINISHED;
        wake(me);
        if (tasks.values().stream().allMatch(each -> each.state == State.FINISHED)) {
            return;
        }
        try {
            handOver(me, choose(me, false));
        } catch (Abort e) {
            return; // the others are told by whoever ended the run
        }
    }

    public static void start(Thread thread) {
        if (me() == null) {
            thread.start();
            return;
        }
        current.add(thread);
        thread.setDaemon(true);
        thread.start();
        point("Thread.start");
    }

    public static void join(Thread thread) throws InterruptedException {
        join(thread, 0);
    }

    public static void join(Thread thread, long millis) throws InterruptedException {
        Task me = me();
        if (me == null) {
            thread.join(millis);
            return;
        }
        point("Thread.join");
        Schedule schedule = current;
        Task other = schedule.tasks.get(thread);
        long end = millis == 0 ? FOREVER : schedule.nanos + millis * 1_000_000;
        while (other != null && other.state != State.FINISHED && schedule.nanos < end) {
            schedule.requireNotInterrupted(me);
            schedule.block(me, other, end == FOREVER ? FOREVER : end - schedule.nanos);
        }
        schedule.requireNotInterrupted(me);
    }

    public static boolean isAlive(Thread thread) {
        Task task = me() == null ? null : current.tasks.get(thread);
        return task == null ? thread.isAlive() : task.state != State.FINISHED;
    }

    public static void interrupt(Thread thread) {
        Task task = me() == null ? null : current.tasks.get(thread);
        if (task == null) {
            thread.interrupt();
            return;
        }
        point("Thread.interrupt");
        task.interrupted = true;
        if (task.state == State.BLOCKED && !(task.waitsFor instanceof Monitor)) {
            task.state = State.RUNNABLE;
        }
    }

    public static boolean isInterrupted(Thread thread) {
        Task task = me() == null ? null : current.tasks.get(thread);
        return task == null ? thread.isInterrupted() : task.interrupted;
    }

    public static boolean interrupted() {
        Task me = me();
        if (me == null) {
            return Thread.interrupted();
        }
        boolean was = me.interrupted;
        me.interrupted = false;
        return was;
    }

    private void requireNotInterrupted(Task me) throws InterruptedException {
        if (me.interrupted) {
            me.interrupted = false;
            throw new InterruptedException();
        }
    }

    public static void sleep(long millis) throws InterruptedException {
        Task me = me();
        if (me == null) {
            Thread.sleep(millis);
            return;
        }
        point("Thread.sleep");
        current.requireNotInterrupted(me);
        current.block(me, null, millis * 1_000_000);
        current.requireNotInterrupted(me);
    }

    public static void yield() {
        Task me = me();
        if (me != null) {
            current.pass(me, "Thread.yield", true);
        }
    }

    public static void onSpinWait() {
        Schedule.yield();
    }

    public static long nanoTime() {
        Task me = me();
        if (me == null) {
            return System.nanoTime();
        }
        point("System.nanoTime");
        return current.nanos;
    }

    public static long currentTimeMillis() {
        return me() == null ? System.currentTimeMillis() : nanoTime() / 1_000_000;
    }

    // ---- parking

    public static void park() {
        parkNanos(FOREVER);
    }

    public static void park(Object blocker) {
        parkNanos(FOREVER);
    }

    public static void parkNanos(Object blocker, long forNanos) {
        parkNanos(forNanos);
    }

    public static void parkNanos(long forNanos) {
        Task me = me();
        if (me == null) {
            java.util.concurrent.locks.LockSupport.parkNanos(forNanos);
            return;
        }
        point("LockSupport.park");
        if (!me.permit && !me.interrupted && forNanos > 0) {
            current.block(me, me.turn, forNanos);
        }
        me.permit = false;
    }

    public static void unpark(Thread thread) {
        Task task = me() == null || thread == null ? null : current.tasks.get(thread);
        if (task == null) {
            java.util.concurrent.locks.LockSupport.unpark(thread);
            return;
        }
        point("LockSupport.unpark");
        task.permit = true;
        current.wake(task.turn);
    }

    // ---- monitors and locks

    private static Monitor monitor(Object of) {
        return current.monitors.computeIfAbsent(of, fresh -> new Monitor());
    }

    public static void enter(Object of) {
        Task me = me();
        if (me == null) {
            throw new IllegalStateException("rewritten code runs in a thread that no schedule knows: "
                    + Thread.currentThread().getName());
        }
        point("monitor enter");
        current.acquire(me, monitor(of), FOREVER);
    }

    public static void exit(Object of) {
        Task me = me();
        if (me == null || current.aborting) {
            return;
        }
        current.release(me, monitor(of));
        point("monitor exit");
    }

    private boolean acquire(Task me, Monitor monitor, long forNanos) {
        long end = forNanos == FOREVER ? FOREVER : nanos + forNanos;
        while (monitor.owner != null && monitor.owner != me) {
            if (end != FOREVER && nanos >= end) {
                return false;
            }
            block(me, monitor, end == FOREVER ? FOREVER : end - nanos);
        }
        monitor.owner = me;
        monitor.count++;
        return true;
    }

    private void release(Task me, Monitor monitor) {
        if (monitor.owner != me) {
            throw new IllegalMonitorStateException();
        }
        if (--monitor.count == 0) {
            monitor.owner = null;
            wake(monitor);
        }
    }

    public static void wait(Object on) throws InterruptedException {
        wait(on, 0);
    }

    public static void wait(Object on, long millis) throws InterruptedException {
        Task me = me();
        Schedule schedule = current;
        Monitor monitor = monitor(on);
        if (monitor.owner != me) {
            throw new IllegalMonitorStateException();
        }
        schedule.requireNotInterrupted(me);
        int count = monitor.count;
        monitor.count = 1;
        schedule.release(me, monitor);
        schedule.block(me, on, millis == 0 ? FOREVER : millis * 1_000_000);
        schedule.acquire(me, monitor, FOREVER);
        monitor.count = count;
        schedule.requireNotInterrupted(me);
    }

    /** Wakes all: whoever waits must look again anyway. */
    public static void notify(Object on) {
        notifyAll(on);
    }

    public static void notifyAll(Object on) {
        current.wake(on);
    }

    public static void lock(ReentrantLock lock) {
        enter(lock);
    }

    public static void unlock(ReentrantLock lock) {
        exit(lock);
    }

    public static boolean tryLock(ReentrantLock lock) {
        Task me = me();
        point("ReentrantLock.tryLock");
        return current.acquire(me, monitor(lock), 0);
    }

    public static boolean tryLock(ReentrantLock lock, long time, TimeUnit unit) throws InterruptedException {
        Task me = me();
        point("ReentrantLock.tryLock");
        current.requireNotInterrupted(me);
        return current.acquire(me, monitor(lock), unit.toNanos(time));
    }
}
