package io.lockstep.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The command lines of this user's java processes, which every user of a machine can read: of all that run while this
 * is open. On Linux; none elsewhere.
 */
final class CommandLines implements AutoCloseable {
    private static final Path PROC = Path.of("/proc");
    private static final long POLL_MILLIS = 100;

    private final Optional<String> user = ProcessHandle.current().info().user();
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Thread watch = new Thread(this::watch, "command-lines");
    private volatile boolean open = true;

    CommandLines() {
        watch.setDaemon(true);
        watch.start();
    }

    static boolean areReadable() {
        return Files.isReadable(PROC.resolve("self/cmdline"));
    }

    /** Arguments end with a zero byte each. */
    Set<String> seen() {
        return Set.copyOf(seen);
    }

    @Override
    public void close() {
        open = false;
        try {
            watch.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        while (open && areReadable()) {
            ProcessHandle.allProcesses()
                    .filter(process -> process.info().user().equals(user))
                    .map(CommandLines::commandLineOf)
                    .filter(line -> line.split("\0", 2)[0].endsWith("java"))
                    .forEach(seen::add);
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** One of some processes whose command line has both. */
    static ProcessHandle find(Stream<ProcessHandle> processes, String program, String word) {
        return processes
                .filter(process -> commandLineOf(process).contains(program)
                        && commandLineOf(process).contains(word))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no process of " + program + " with " + word));
    }

    /** Empty if the process has ended meanwhile. */
    private static String commandLineOf(ProcessHandle process) {
        try {
            // the JDK reads its first 4 KiB only; of bytes that are no text some character stands
            return new String(Files.readAllBytes(PROC.resolve(process.pid() + "/cmdline")), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
