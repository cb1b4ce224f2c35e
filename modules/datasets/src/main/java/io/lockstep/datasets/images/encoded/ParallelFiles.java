package io.lockstep.datasets.images.encoded;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Files one by one, on several threads. */
final class ParallelFiles {
    /** So many are taken at once, as a thread that takes one by one would wait for the others. */
    private static final int AT_ONCE = 16;

    private final int count;
    private final Work work;
    private final AtomicInteger next = new AtomicInteger();
    /** By file. */
    private final TreeMap<Integer, Throwable> failures = new TreeMap<>();

    /** What is done with one. */
    @FunctionalInterface
    interface Work {
        void on(int file) throws IOException;
    }

    private ParallelFiles(int count, Work work) {
        this.count = count;
        this.work = work;
    }

    /**
     * Files 0 to {@code count} - 1. After a failure no more are begun.
     *
     * @throws IOException that of the first file that failed, in their order: the same on any number of threads
     */
    static void each(int count, int threads, Work work) throws IOException {
        ParallelFiles files = new ParallelFiles(count, work);
        int most = Math.min(threads, (count + AT_ONCE - 1) / AT_ONCE);
        if (most <= 1) {
            files.run();
        } else {
            files.runOn(most);
        }
        files.rethrow();
    }

    private void runOn(int threads) throws IOException {
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "lockstep-pictures");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(pool.submit(this::run));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var interrupted = new InterruptedIOException("interrupted while pictures were read");
            interrupted.initCause(e);
            throw interrupted;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause()); // run() keeps what files throw
        } finally {
            pool.shutdownNow();
        }
    }

    private void run() {
        for (int start = next.getAndAdd(AT_ONCE); start < count; start = next.getAndAdd(AT_ONCE)) {
            for (int file = start; file < Math.min(count, start + AT_ONCE); file++) {
                if (!runOne(file)) {
                    return;
                }
            }
        }
    }

    /** @return whether to go on */
    private boolean runOne(int file) {
        synchronized (failures) {
            if (!failures.isEmpty() && failures.firstKey() < file) {
                return false;
            }
        }
        try {
            work.on(file);
            return true;
        } catch (IOException | RuntimeException | Error e) {
            synchronized (failures) {
                failures.put(file, e);
            }
            return false;
        }
    }

    private void rethrow() throws IOException {
        synchronized (failures) {
            if (failures.isEmpty()) {
                return;
            }
            Throwable first = failures.firstEntry().getValue();
            if (first instanceof IOException e) {
                throw e;
            } else if (first instanceof Error e) {
                throw e;
            }
            throw (RuntimeException) first;
        }
    }
}
