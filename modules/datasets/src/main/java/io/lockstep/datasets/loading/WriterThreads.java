package io.lockstep.datasets.loading;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.ExampleWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that write the examples of a batch at once, each by a writer of its own. */
final class WriterThreads implements AutoCloseable {
    private final List<ExampleWriter> writers;
    private final ExecutorService threads;

    WriterThreads(List<ExampleWriter> writers) {
        this.writers = writers;
        threads = Executors.newFixedThreadPool(writers.size(), task -> {
            Thread thread = new Thread(task, "lockstep-decoding");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Writes example i of the given to place i, whichever thread does; returns when all are written.
     *
     * @return of each place, what its writer threw, or null
     */
    RuntimeException[] write(int[] examples, long epoch, Batch into) throws IOException {
        RuntimeException[] faults = new RuntimeException[examples.length];
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (ExampleWriter writer : writers) {
            running.add(threads.submit(() -> {
                for (int place = next.getAndIncrement(); place < examples.length; place = next.getAndIncrement()) {
                    try {
                        writer.write(examples[place], epoch, into, place);
                    } catch (RuntimeException e) {
                        faults[place] = e;
                    }
                }
            }));
        }
        try {
            for (Future<?> each : running) {
                each.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var interrupted = new InterruptedIOException("interrupted while pictures were decoded");
            interrupted.initCause(e);
            throw interrupted;
        } catch (ExecutionException e) { // an Error: exceptions are kept
            throw new IOException("pictures cannot be decoded: " + e.getCause(), e.getCause());
        }
        return faults;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
