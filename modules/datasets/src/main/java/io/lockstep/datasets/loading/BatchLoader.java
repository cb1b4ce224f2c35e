package io.lockstep.datasets.loading;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DataFaultException;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.StreamedDataset;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A rank's batches, made ahead of use by a thread of the loader's own, in direct memory allocated once.
 *
 * <pre>
 *   loader's thread   | fill A: step 0 | fill B: step 1 | wait | fill A: step 2 | ...
 *   caller            | wait           | step 0 on A           | step 1 on B    | ...
 * </pre>
 *
 * <p>A batch belongs to the caller until the following {@link #next} or {@link #close}; then its memory is filled anew.
 * One thread calls next.
 *
 * <pre>{@code
 * Batch first = loader.next();
 * Batch second = loader.next();
 * replica.step(first);   // wrong: this memory may already hold the third batch
 * }</pre>
 *
 * <p>Close it, and what waits in next on another thread fails. Its thread is a daemon, so a loader that was never closed
 * does not keep a JVM alive.
 */
public final class BatchLoader implements AutoCloseable {
    private final BatchSource source;
    private final long stallNanos;
    private final BlockingQueue<Batch> free;
    private final BlockingQueue<Batch> ready;
    private final Thread thread;

    private volatile Throwable failure;
    private volatile boolean closed;

    /** The thread has made the last batch of a stream. */
    private volatile boolean ended;

    /** The caller's: the batch that was handed out last. */
    private Batch current;

    /** Taken to see whether there is one; null: nobody has looked. */
    private Batch ahead;

    private long step;
    private long waitNanos;
    private long totalWaitNanos;

    /**
     * Training batches of one rank, shuffled and augmented, from a global step on and without end. Augmentation and order
     * follow the sampler's seed.
     *
     * @param dataset the whole training set: the sampler's examples
     */
    public static BatchLoader training(
            Dataset dataset, Sampler sampler, int rank, int worldSize, long firstStep, LoaderOptions options) {
        if (firstStep < 0) {
            throw new IllegalArgumentException("step " + firstStep);
        }
        var batches = PlannedBatches.training(dataset, sampler, rank, worldSize, options);
        return new BatchLoader(batches, firstStep, options, "batch-loader rank " + rank);
    }

    /**
     * Training batches of one rank from a stream, from a global step on and without end: one pass after the other, every batch
     * of its full size. What earlier steps have read is read and dropped.
     */
    public static BatchLoader training(
            StreamedDataset stream,
            long seed,
            int globalBatch,
            int rank,
            int worldSize,
            long firstStep,
            LoaderOptions options) {
        var batches = StreamedBatches.training(stream, seed, rank, worldSize, globalBatch, firstStep);
        return new BatchLoader(batches, firstStep, options, "batch-loader rank " + rank);
    }

    /** Every example once, in order, as it is; {@link #hasNext} says when that is done. */
    public static BatchLoader evaluation(Dataset dataset, int batchSize, LoaderOptions options) {
        return evaluation(dataset, batchSize, options, 0);
    }

    /**
     * The same of a shard.
     *
     * @param firstExample place of the shard's first example in the whole set, from which what a network draws depends
     */
    public static BatchLoader evaluation(Dataset dataset, int batchSize, LoaderOptions options, int firstExample) {
        var plan = BatchPlan.sequential(dataset.examples(), batchSize, firstExample);
        return new BatchLoader(PlannedBatches.of(dataset, plan, 0, options, false), 0, options, "evaluation-loader");
    }

    /** A rank's share of a stream, once. */
    public static BatchLoader evaluation(
            StreamedDataset stream, int rank, int worldSize, int batchSize, LoaderOptions options) {
        var batches = StreamedBatches.evaluation(stream, rank, worldSize, batchSize);
        return new BatchLoader(batches, 0, options, "evaluation-loader");
    }

    BatchLoader(BatchSource source, long firstStep, LoaderOptions options, String threadName) {
        this.source = source;
        this.step = firstStep;
        this.stallNanos = options.stallTimeout().toNanos();
        this.free = new ArrayBlockingQueue<>(options.buffers());
        this.ready = new ArrayBlockingQueue<>(options.buffers());
        for (int i = 0; i < options.buffers(); i++) {
            free.add(Batch.allocate(source.fields(), source.largestBatch()));
        }
        this.thread = new Thread(() -> run(firstStep), threadName);
        thread.setDaemon(true);
        thread.start();
    }

    /** The global step of the batch that {@link #next} returns next. */
    public long nextStep() {
        return step;
    }

    /** Of a stream, waits until it is known. */
    public boolean hasNext() {
        if (source.endStep() != BatchSource.UNKNOWN) {
            return step < source.endStep();
        }
        if (ahead == null) {
            ahead = timed();
        }
        return ahead != null;
    }

    /**
     * The next step's batch; its size is 0 where the rank has no share of the step.
     *
     * @throws NoSuchElementException after the last batch of an evaluation
     * @throws BatchLoadingException when the loader's thread failed or is not ready in time; no later call can succeed
     *     after a failure, while after a timeout one may
     */
    public Batch next() {
        if (closed) {
            throw new IllegalStateException("the batch loader is closed");
        }
        if (!hasNext()) {
            throw new NoSuchElementException("after the last of " + step + " batches");
        }
        if (current != null) {
            free.add(current);
            current = null;
        }
        current = ahead == null ? timed() : ahead;
        ahead = null;
        step++;
        return current;
    }

    /** Null after the last batch. */
    private Batch timed() {
        long start = System.nanoTime();
        Batch batch = take(start + stallNanos);
        waitNanos = System.nanoTime() - start;
        totalWaitNanos += waitNanos;
        return batch;
    }

    /** How long the last {@link #next} waited for its batch. */
    public long waitNanos() {
        return waitNanos;
    }

    /** The sum of {@link #waitNanos} over all batches. */
    public long totalWaitNanos() {
        return totalWaitNanos;
    }

    /** Examples that the batches up to the last {@link #next} are without, as they could not be read; each is told once. */
    public List<UnreadExample> leftOut() {
        return source.leftOut(step);
    }

    /** Ends the loader's thread, or throws when it has not ended within the stall timeout. Again: does nothing. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            TimeUnit.NANOSECONDS.timedJoin(thread, stallNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (thread.isAlive()) {
            throw new BatchLoadingException(
                    thread.getName() + " has not ended " + stallNanos / 1_000_000 + " ms after it was asked to");
        }
    }

    private Batch take(long firstDeadlineNanos) {
        long deadlineNanos = firstDeadlineNanos;
        try {
            while (true) {
                // short waits: a thread that fails has no batch to wake us with
                Batch batch = ready.poll(20, TimeUnit.MILLISECONDS);
                if (batch != null) {
                    return batch;
                }
                if (failure != null || ended) {
                    batch = ready.poll(); // made just before that
                    if (batch != null || failure == null) {
                        return batch;
                    }
                    String why = failure instanceof DataFaultException ? failure.getMessage() : failure.toString();
                    throw new BatchLoadingException("batch of step " + step + ": " + why, failure);
                }
                if (closed) {
                    throw new BatchLoadingException("batch of step " + step + ": the loader was closed");
                }
                if (source.isCatchingUp()) {
                    deadlineNanos = System.nanoTime() + stallNanos;
                }
                if (System.nanoTime() - deadlineNanos > 0) {
                    throw new BatchLoadingException("batch of step " + step + " is not ready after "
                            + stallNanos / 1_000_000 + " ms; is the machine overloaded?");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BatchLoadingException("batch of step " + step + ": interrupted while waiting", e);
        }
    }

    private void run(long firstStep) {
        try (source) {
            long end = source.endStep() == BatchSource.UNKNOWN ? Long.MAX_VALUE : source.endStep();
            for (long s = firstStep; s < end && !closed && !ended; s++) {
                Batch batch = null;
                while (batch == null && !closed) {
                    // the caller may take as long as it likes over a batch; close interrupts
                    batch = free.poll(1, TimeUnit.SECONDS);
                }
                if (batch != null && source.fill(s, batch)) {
                    ready.add(batch);
                } else {
                    ended = batch != null; // otherwise the loader was closed
                }
            }
        } catch (InterruptedException e) {
            if (!closed) {
                failure = e;
            }
        } catch (Throwable e) {
            failure = e;
        }
    }
}
