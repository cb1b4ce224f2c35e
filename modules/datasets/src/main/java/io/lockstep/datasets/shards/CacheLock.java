package io.lockstep.datasets.shards;

import io.lockstep.datasets.DatasetException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A lock between processes. The operating system gives it back when a process ends, however it ends. */
final class CacheLock implements AutoCloseable {
    /** Longer than a shard takes to copy. */
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private static final long POLL_MILLIS = 50;

    /**
     * Locks that this JVM shares. They belong to the process by their nature, whichever of its threads asked first: a JVM has
     * a file locked once or not at all. Kept until it ends, as nobody says when a set is no longer read.
     */
    private static final Map<Path, CacheLock> SHARED = new ConcurrentHashMap<>();

    private final FileChannel channel;

    private CacheLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Shares the lock of a file until this JVM ends. */
    static void shared(Path file) throws IOException {
        if (!SHARED.containsKey(file)) {
            synchronized (SHARED) {
                if (!SHARED.containsKey(file)) {
                    SHARED.put(file, wait(file, true));
                }
            }
        }
    }

    /** Waits until nobody else has the lock. */
    static CacheLock alone(Path file) throws IOException {
        return wait(file, false);
    }

    /** Null if somebody has the lock. */
    static CacheLock tryAlone(Path file) throws IOException {
        return tryLock(file, false);
    }

    private static CacheLock wait(Path file, boolean shared) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        CacheLock lock = tryLock(file, shared);
        while (lock == null) {
            if (System.nanoTime() - end > 0) {
                throw new DatasetException("another process has had " + file + " locked for " + PATIENCE.toMinutes()
                        + " minutes; if it hangs, end it");
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for " + file, e);
            }
            lock = tryLock(file, shared);
        }
        return lock;
    }

    private static CacheLock tryLock(Path file, boolean shared) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        FileLock lock = null;
        try {
            lock = channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) { // by another thread of this JVM
            lock = null;
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        return lock == null ? null : new CacheLock(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
