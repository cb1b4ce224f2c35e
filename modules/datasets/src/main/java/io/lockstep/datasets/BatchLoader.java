package io.lockstep.datasets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
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
    private static final int ALIGNMENT_BYTES = 64;

    private final BatchPlan plan;
    private final Dataset.Assembler assembler;
    private final Dataset dataset;
    private final long stallNanos;
    private final BlockingQueue<Slot> free;
    private final BlockingQueue<Slot> ready;
    private final Thread thread;

    private volatile Throwable failure;
    private volatile boolean closed;

    /** The caller's: the batch that was handed out last. */
    private Slot current;

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
        return new BatchLoader(dataset, plan, assembler, firstStep, options, "batch-loader rank " + rank);
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
        return new BatchLoader(dataset, plan, assembler, 0, options, "evaluation-loader");
    }

    BatchLoader(
            Dataset dataset,
            BatchPlan plan,
            Dataset.Assembler assembler,
            long firstStep,
            LoaderOptions options,
            String threadName) {
        this.dataset = dataset;
        this.plan = plan;
        this.assembler = assembler;
        this.step = firstStep;
        this.stallNanos = options.stallTimeout().toNanos();
        this.free = new ArrayBlockingQueue<>(options.buffers());
        this.ready = new ArrayBlockingQueue<>(options.buffers());
        for (int i = 0; i < options.buffers(); i++) {
            free.add(new Slot(
                    plan.largestBatch(), dataset.shape().size(), dataset.labelsOfExample(), assembler.mixes()));
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
        return current.batch;
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

    private Slot take(long deadlineNanos) {
        try {
            while (true) {
                // short waits: a thread that fails has no batch to wake us with
                Slot slot = ready.poll(20, TimeUnit.MILLISECONDS);
                if (slot != null) {
                    return slot;
                }
                if (failure != null) {
                    slot = ready.poll(); // made just before the failure
                    if (slot != null) {
                        return slot;
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
                Slot slot = null;
                while (slot == null && !closed) {
                    // the caller may take as long as it likes over a batch; close interrupts
                    slot = free.poll(1, TimeUnit.SECONDS);
                }
                if (slot != null) {
                    fill(slot, s);
                    ready.add(slot);
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

    private void fill(Slot slot, long ofStep) {
        plan.select(ofStep);
        int size = plan.size();
        int exampleSize = dataset.shape().size();
        int labels = dataset.labelsOfExample();
        slot.labels.clear();
        for (int i = 0; i < size; i++) {
            int example = plan.example(i);
            assembler.assemble(example, plan.epoch(), slot.floats, i * exampleSize, slot.labels, i * labels);
            if (slot.mixture != null) {
                assembler.putMixture(slot.mixture, i);
            }
        }
        slot.present(size, plan.start(), exampleSize, labels);
    }

    /** Memory for one batch. Owned by whoever took it from a queue. */
    private static final class Slot {
        final ByteBuffer features;
        final FloatBuffer floats;
        final IntBuffer labels;
        final Mixture mixture;
        Batch batch;

        Slot(int examples, int exampleSize, int labelsOfExample, boolean mixes) {
            mixture = mixes ? Mixture.allocate(examples) : null;
            long bytes = (long) examples * exampleSize * Float.BYTES;
            if (bytes > Integer.MAX_VALUE - 2 * ALIGNMENT_BYTES) {
                throw new IllegalArgumentException("a batch of " + examples + " examples is " + bytes
                        + " bytes; 2 GiB is the most: use a smaller batch or more ranks");
            }
            // an aligned slice starts and ends on the alignment: one for the start, one for the end
            features = ByteBuffer.allocateDirect((int) bytes + 2 * ALIGNMENT_BYTES)
                    .alignedSlice(ALIGNMENT_BYTES)
                    .slice(0, (int) bytes)
                    .order(ByteOrder.nativeOrder());
            floats = features.asFloatBuffer();
            labels = ByteBuffer.allocateDirect(Math.multiplyExact(examples * labelsOfExample, Integer.BYTES))
                    .order(ByteOrder.nativeOrder())
                    .asIntBuffer();
        }

        void present(int size, int firstExample, int exampleSize, int labelsOfExample) {
            features.position(0).limit(size * exampleSize * Float.BYTES);
            labels.position(0).limit(size * labelsOfExample);
            batch = new Batch(size, firstExample, features, labels, mixture == null ? null : mixture.slice(0, size));
        }
    }
}
