package io.lockstep.spark;

import java.time.Duration;
import org.apache.spark.SparkContext;

/**
 * Gives a barrier stage up that cannot start any more. Spark counts slots when a stage is submitted; where an executor goes
 * away after that and none comes instead, it waits without end and says nothing.
 */
final class StartWatch implements AutoCloseable {
    private static final long POLL_MILLIS = 500;

    private final SparkContext spark;
    private final JobChannel channel;
    private final String tag;
    private final int workers;
    private final Duration patience;
    private final Thread thread = new Thread(this::watch, "lockstep-start-watch");
    private volatile boolean closed;
    private volatile boolean gaveUp;

    /**
     * @param tag of the job that is cancelled
     * @param patience how long slots may be missing
     */
    StartWatch(SparkContext spark, JobChannel channel, String tag, int workers, Duration patience) {
        this.spark = spark;
        this.channel = channel;
        this.tag = tag;
        this.workers = workers;
        this.patience = patience;
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether the job was cancelled because it could not start. */
    boolean gaveUp() {
        return gaveUp;
    }

    private void watch() {
        long enough = System.nanoTime();
        while (!closed && !channel.started() && !spark.isStopped()) {
            if (Slots.now(spark) >= workers) {
                enough = System.nanoTime();
            }
            if (System.nanoTime() - enough > patience.toNanos()) {
                gaveUp = true;
                spark.cancelJobsWithTag(tag);
                return;
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
