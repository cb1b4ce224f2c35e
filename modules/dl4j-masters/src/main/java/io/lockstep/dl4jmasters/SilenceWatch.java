package io.lockstep.dl4jmasters;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Gives a master's jobs up when no worker has told of a step for too long. DL4J's own waits have no deadline: a worker
 * that cannot reach the others asks again for ever.
 */
final class SilenceWatch implements AutoCloseable {
    private final JavaSparkContext spark;
    private final Ledger ledger;
    private final Duration deadline;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread watch = new Thread(task, "lockstep-master-watch");
        watch.setDaemon(true);
        return watch;
    });
    private final ScheduledFuture<?> looking;
    private volatile boolean gaveUp;

    SilenceWatch(JavaSparkContext spark, Ledger ledger, Duration deadline) {
        this.spark = spark;
        this.ledger = ledger;
        this.deadline = deadline;
        looking = thread.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    private void look() {
        if (!gaveUp && ledger.silence().compareTo(deadline) > 0) {
            gaveUp = true;
            spark.cancelAllJobs();
        }
    }

    boolean gaveUp() {
        return gaveUp;
    }

    @Override
    public void close() {
        looking.cancel(false);
        thread.shutdownNow();
    }
}
