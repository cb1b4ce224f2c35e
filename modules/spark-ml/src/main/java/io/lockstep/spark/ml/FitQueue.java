package io.lockstep.spark.ml;

import io.lockstep.spark.JobFailedException;
import io.lockstep.spark.Slots;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.WeakHashMap;
import java.util.function.IntSupplier;
import org.apache.spark.SparkContext;

/**
 * The fits of an application that want to train. All ranks of one must run at once, so two that share too few slots would
 * wait for each other for ever; here the later one waits before it asks for any. In the order in which they came.
 */
final class FitQueue {
    private static final long LOOK_AGAIN_MILLIS = 1000; // executors come and go without telling

    // the one thing that fits of an application share, which know nothing of one another
    private static final Map<SparkContext, FitQueue> QUEUES = new WeakHashMap<>();

    private final IntSupplier slots;
    private final Queue<Turn> waiting = new ArrayDeque<>();
    private int busy;

    /** @param slots that there are, busy or not */
    FitQueue(IntSupplier slots) {
        this.slots = slots;
    }

    static FitQueue of(SparkContext spark) {
        synchronized (QUEUES) {
            return QUEUES.computeIfAbsent(spark, context -> {
                var reference = new java.lang.ref.WeakReference<>(context); // the map's values must not hold its keys
                return new FitQueue(() -> slots(reference.get()));
            });
        }
    }

    private static int slots(SparkContext spark) {
        return spark == null || spark.isStopped() ? Integer.MAX_VALUE : Slots.now(spark);
    }

    /** A fit's place among the others; closed, it gives its slots to them. */
    final class Turn implements AutoCloseable {
        private final int workers;

        private Turn(int workers) {
            this.workers = workers;
        }

        @Override
        public void close() {
            synchronized (FitQueue.this) {
                busy -= workers;
                FitQueue.this.notifyAll();
            }
        }
    }

    /**
     * Waits until there are slots beside those of fits that train. A fit that is alone never waits: whether there are slots
     * enough at all, the run finds out.
     *
     * @param toldOfWait run once, if it has to wait
     */
    synchronized Turn await(int workers, Runnable toldOfWait) {
        Turn turn = new Turn(workers);
        waiting.add(turn);
        boolean told = false;
        boolean begins = false;
        try {
            while (waiting.peek() != turn || busy > 0 && busy + workers > slots.getAsInt()) {
                if (!told) {
                    toldOfWait.run();
                    told = true;
                }
                wait(LOOK_AGAIN_MILLIS);
            }
            begins = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailedException("interrupted while another fit trained", e);
        } finally { // whatever ends the wait, such as an application that ends: nobody waits behind it
            waiting.remove(turn);
            busy += begins ? workers : 0;
            notifyAll();
        }
        return turn;
    }
}
