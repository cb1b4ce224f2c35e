package io.lockstep.datasets;

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
    private final BatchPlan plan;
    private final Dataset.Assembler assembler;
    private final long stallNanos;
    private final BlockingQueue<Batch> free;
    private final BlockingQueue<Batch> ready;
    private final Thread thread;

    private volatile Throwable failure;
    private volatile boolean closed;

    /** The caller's: the batch that was handed out last. */
    private Batch current;

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
        if (sampler.examples() != dataset.examples()) {
            throw new IllegalArgumentException(
                    "a sampler of " + sampler.examples() + " examples for " + dataset.examples());
        }
        if (firstStep < 0) {
            throw new IllegalArgumentException("step " + firstStep);
        }
        var assembler = dataset.assembler(sampler.seed(), options, true);
        var plan = BatchPlan.training(sampler, rank, worldSize);
        return new BatchLoader(plan, assembler, firstStep, options, "batch-loader rank " + rank);
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
        var assembler = dataset.assembler(0, options, false);
        var plan = BatchPlan.sequential(dataset.examples(), batchSize, firstExample);
        return new BatchLoader(plan, assembler, 0, options, "evaluation-loader");
    }

    BatchLoader(BatchPlan plan, Dataset.Assembler assembler, long firstStep, LoaderOptions options, String threadName) {
        this.plan = plan;
        this.assembler = assembler;
        this.step = firstStep;
        this.stallNanos = options.stallTimeout().toNanos();
        this.free = new ArrayBlockingQueue<>(options.buffers());
        this.ready = new ArrayBlockingQueue<>(options.buffers());
        for (int i = 0; i < options.buffers(); i++) {
            free.add(Batch.allocate(assembler.fields(), plan.largestBatch()));
        }
        this.thread = new Thread(() -> run(firstStep), threadName);
        thread.setDaemon(true);
        thread.start();
    }

    /** The global step of the batch that {@link #next} returns next. */
    public long nextStep() {
        return step;
    }

    public boolean hasNext() {
        return step < plan.endStep();
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
            throw new NoSuchElementException("after the last of " + plan.endStep() + " batches");
        }
        if (current != null) {
            free.add(current);
            current = null;
        }
        long start = System.nanoTime();
        current = take(start + stallNanos);
        waitNanos = System.nanoTime() - start;
        totalWaitNanos += waitNanos;
        step++;
        return current;
    }

    /** How long the last {@link #next} waited for its batch. */
    public long waitNanos() {
        return waitNanos;
    }

    /** The sum of {@link #waitNanos} over all batches. */
    public long totalWaitNanos() {
        return totalWaitNanos;
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

    private Batch take(long deadlineNanos) {
        try {
            while (true) {
                // short waits: a thread that fails has no batch to wake us with
                Batch batch = ready.poll(20, TimeUnit.MILLISECONDS);
                if (batch != null) {
                    return batch;
                }
                if (failure != null) {
                    batch = ready.poll(); // made just before the failure
                    if (batch != null) {
                        return batch;
                    }
                    throw new BatchLoadingException("batch of step " + step + ": " + failure, failure);
                }
                if (closed) {
                    throw new BatchLoadingException("batch of step " + step + ": the loader was closed");
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
        try {
            for (long s = firstStep; s < plan.endStep() && !closed; s++) {
                Batch batch = null;
                while (batch == null && !closed) {
                    // the caller may take as long as it likes over a batch; close interrupts
                    batch = free.poll(1, TimeUnit.SECONDS);
                }
                if (batch != null) {
                    fill(batch, s);
                    ready.add(batch);
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

    private void fill(Batch batch, long ofStep) {
        plan.select(ofStep);
        plan.fill(batch, assembler);
    }
}
