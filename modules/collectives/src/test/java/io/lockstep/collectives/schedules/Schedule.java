package io.lockstep.collectives.schedules;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * One run of a scenario under one seed. The static methods are what rewritten code calls, and those of {@link ScheduledThreads},
 * {@link ScheduledMonitors} and {@link ScheduledFiles}; a thread that is not of the schedule passes through them.
 *
 * <p>Exactly one task runs at a time and holds the turn; all state here is touched by it alone. At each {@link #point} it
 * may hand the turn to another, by one of two policies, which the seed chooses: at random, with a chance of switching of
 * its own; or by priorities that change at a few random points, which finds what needs few but particular switches
 * (Burckhardt et al. 2010, probabilistic concurrency testing).
 */
public final class Schedule {
    private record AtPoint(long point, Runnable action) {}

    static final long FOREVER = Long.MAX_VALUE;
    private static final int MOST_POINTS = 3_000_000;
    private static final int PRIORITY_CHANGES = 4;
    private static final int EXPECTED_POINTS = 3_000;
    private static final int TRACED = 60;
    /** Virtual ones, in which a thread that has done its work ends. */
    private static final int LEFT_MILLIS = 100;

    private static final long POINT_NANOS = 50;
    private static final long YIELD_NANOS = 5_000;
    private static final double[] CHANCES = {0.5, 0.2, 0.05, 0.01};

    static volatile Schedule current;

    private final Random random;
    private final boolean byPriority;
    private final double chance;
    private final List<Long> changes = new ArrayList<>();
    final Map<Thread, Task> tasks = new LinkedHashMap<>();
    final Map<Object, Object> monitors = new IdentityHashMap<>();
    private final Deque<String> trace = new ArrayDeque<>();
    private final List<AtPoint> events = new ArrayList<>();
    final List<ScheduledFiles.OpenFile> files = new ArrayList<>();
    private final Semaphore over = new Semaphore(0);
    private Task running;
    long nanos = 1_000_000_000L;
    private long points;
    private long switches;
    private long fingerprint;
    private double lowest;
    private volatile Throwable failure;
    volatile boolean aborting;

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
        for (ScheduledFiles.OpenFile file : files) {
            ScheduledFiles.closed(file.channel());
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
            if (each != running && each.state != Task.State.FINISHED && each.state != Task.State.STOPPED) {
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

    Task add(Thread thread) {
        Task task = new Task(thread);
        task.priority = random.nextDouble();
        tasks.put(thread, task);
        return task;
    }

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
            if (task.state != Task.State.FINISHED && which.test(task.thread)) {
                task.state = Task.State.STOPPED;
            }
        }
    }

    /** Virtual nanoseconds that have passed since the start. */
    public static long elapsedNanos() {
        return current.nanos - 1_000_000_000L;
    }

    static Task me() {
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

    void pass(Task me, String where, boolean yields) {
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
        if (me.state != Task.State.RUNNABLE || byPriority || yields || random.nextDouble() < chance) {
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
                if (each.state == Task.State.BLOCKED && each.wakeNanos <= nanos) {
                    each.state = Task.State.RUNNABLE;
                }
                if (each.state != Task.State.RUNNABLE || another && !byPriority && each == me) {
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
            if (another && me.state == Task.State.RUNNABLE) {
                return me;
            }
            wakeNext();
        }
    }

    private void wakeNext() {
        Task next = null;
        for (Task each : tasks.values()) {
            if (each.state == Task.State.BLOCKED
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
        next.state = Task.State.RUNNABLE;
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
        if (me.state != Task.State.FINISHED) {
            me.turn.acquireUninterruptibly();
            requireRunning();
        }
    }

    /** Waits until somebody makes this task runnable, or the time has come. */
    void block(Task me, Object on, long forNanos) {
        me.state = Task.State.BLOCKED;
        me.waitsFor = on;
        me.wakeNanos = forNanos == FOREVER || nanos + forNanos < 0 ? FOREVER : nanos + forNanos;
        handOver(me, choose(me, false));
        me.waitsFor = null;
    }

    void wake(Object on) {
        for (Task each : tasks.values()) {
            if (each.state == Task.State.BLOCKED && each.waitsFor == on) {
                each.state = Task.State.RUNNABLE;
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
        me.state = Task.State.FINISHED;
        wake(me);
        if (tasks.values().stream().allMatch(each -> each.state == Task.State.FINISHED)) {
            return;
        }
        try {
            handOver(me, choose(me, false));
        } catch (Abort e) {
            return; // the others are told by whoever ended the run
        }
    }

    void requireNotInterrupted(Task me) throws InterruptedException {
        if (me.interrupted) {
            me.interrupted = false;
            throw new InterruptedException();
        }
    }
}
