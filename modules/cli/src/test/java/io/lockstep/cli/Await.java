package io.lockstep.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Waits that end on a condition. Only a hang makes them fail: nothing here depends on the speed of a machine. */
final class Await {
    static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final long POLL_MILLIS = 20;
    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");

    private Await() {}

    /** @param process without which the condition will never hold, and the file that it writes its errors to */
    static void until(String what, Process process, Path err, Callable<Boolean> condition) throws Exception {
        until(what, () -> {
            boolean alive = process.isAlive(); // asked first: what it did before its end counts
            boolean holds = condition.call();
            if (!holds && !alive) {
                throw new AssertionError("its process ended before " + what + ":\n" + Files.readString(err));
            }
            return holds;
        });
    }

    static void until(String what, Callable<Boolean> condition) throws Exception {
        long start = System.nanoTime();
        while (!condition.call()) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new AssertionError("no sign of " + what + " within " + PATIENCE.toMinutes() + " minutes");
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    static void text(String text, Process process, Path log) throws Exception {
        until(
                "'" + text + "' in " + log,
                process,
                log,
                () -> Files.readString(log).contains(text));
    }

    /** The URL of a master of Spark's that was started with port 0. */
    static String masterUrl(Process master, Path log) throws Exception {
        text("Starting Spark master at ", master, log);
        until("the master's URL", () -> MASTER.matcher(Files.readString(log)).find()); // the line may be half written
        Matcher line = MASTER.matcher(Files.readString(log));
        line.find();
        return line.group(1);
    }

    static int end(Process process) throws InterruptedException {
        if (!process.waitFor(PATIENCE.toMinutes(), TimeUnit.MINUTES)) {
            throw new AssertionError(process.info() + " did not end within " + PATIENCE.toMinutes() + " minutes");
        }
        return process.exitValue();
    }

    static void kill(List<Process> processes) throws InterruptedException {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            end(process);
        }
    }

    static boolean isNotEmpty(Path file) throws IOException {
        return Files.exists(file) && Files.size(file) > 0;
    }
}
