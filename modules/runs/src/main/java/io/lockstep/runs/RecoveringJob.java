package io.lockstep.runs;

import io.lockstep.runs.settings.RankSettings;
import io.lockstep.spark.BarrierJob;
import io.lockstep.spark.JobFailedException;
import io.lockstep.spark.RankLostException;
import io.lockstep.spark.Slots;
import io.lockstep.spark.TooFewSlotsException;
import io.lockstep.training.RunEvent;
import io.lockstep.training.run.RunOptions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The ranks of a run, which goes on from its last checkpoint when one of them is lost, without a person: as often as
 * {@code retries} says without a new checkpoint in between. With fewer workers than asked for, executors that come (back)
 * are taken in at the next checkpoint. Each time the ranks form a group of their own, with a new key, so whoever is left of
 * the one before is not heard.
 */
final class RecoveringJob {
    private static final Duration DEPARTURE = Duration.ofSeconds(10);
    private static final long POLL_MILLIS = 50;

    private final JavaSparkContext spark;
    private final String title;
    private final RankSettings ranks;
    private final Function<Boolean, RunOptions> options;
    private final Function<RunOptions, TrainProgram> program;
    private final Consumer<RunEvent> events;
    private final String tag = "lockstep-" + UUID.randomUUID();

    // written on Spark's threads
    private volatile RunEvent.Started started;
    private volatile boolean hadCheckpoint;
    private volatile boolean lostCheckpoint;
    private volatile int lostSinceCheckpoint;
    private volatile boolean growing;
    private volatile int workersNow;

    private int restarts;

    /**
     * @param title of the run, for Spark's pages
     * @param options of the run, told whether it goes on from a checkpoint
     * @param events as {@link BarrierJob#run}; told in a warning what happened and what is done about it
     */
    RecoveringJob(
            JavaSparkContext spark,
            String title,
            RankSettings ranks,
            Function<Boolean, RunOptions> options,
            Function<RunOptions, TrainProgram> program,
            Consumer<RunEvent> events) {
        this.spark = spark;
        this.title = title;
        this.ranks = ranks;
        this.options = options;
        this.program = program;
        this.events = events;
    }

    /** How often the ranks were started again. */
    int restarts() {
        return restarts;
    }

    /**
     * @return the ranks' results
     * @throws JobFailedException if a rank failed by itself, or too many were lost
     */
    List<RankResult> run(boolean resume) {
        spark.sc().addJobTag(tag);
        try {
            while (true) {
                try {
                    return attempt(resume || restarts > 0);
                } catch (JobFailedException e) {
                    recover(e);
                    restarts++;
                }
            }
        } finally {
            spark.sc().removeJobTag(tag);
            spark.sc().setJobDescription(null);
        }
    }

    private List<RankResult> attempt(boolean resuming) {
        growing = false;
        workersNow = slots();
        int wanted = ranks.workers();
        if (workersNow < wanted) {
            warn("slots for " + workersNow + " of " + wanted
                    + " workers; going on with those (min-workers), with the same global batch");
        }
        spark.sc().setJobDescription(description());
        return BarrierJob.run(
                spark, ranks.options(workersNow), ranks.groups(), program.apply(options.apply(resuming)), this::take);
    }

    /** Spark takes it when a job starts, and shows it as it was then. */
    private String description() {
        return title + (restarts == 0 ? "" : ", start " + (restarts + 1));
    }

    private int slots() {
        try {
            return ranks.awaitSlots(spark);
        } catch (TooFewSlotsException e) {
            if (restarts == 0) {
                throw e; // nothing has run
            }
            throw new JobFailedException("a rank was lost, and too few executors are left: " + e.getMessage(), e);
        }
    }

    /** Returns if the ranks are to be started again. */
    private void recover(JobFailedException failure) {
        if (lostCheckpoint) {
            throw new JobFailedException(
                    "a rank was lost, and where rank 0 runs now, no checkpoint is found in the run folder; is it on storage"
                            + " that all hosts share?",
                    failure);
        }
        if (!(failure instanceof RankLostException lost)) {
            if (!growing) {
                throw failure;
            }
            warn("executors are back: going on with them");
            return;
        }
        int retries = ranks.retries();
        boolean neverBegan =
                started == null && !lost.withItsExecutor(); // a closed port, say: it would be as closed again
        if (retries == 0 || neverBegan || spark.sc().isStopped()) {
            throw failure;
        }
        if (lost.departing()) {
            awaitDeparture();
        }
        lostSinceCheckpoint++;
        if (lostSinceCheckpoint > retries) {
            throw new JobFailedException(
                    failure.getMessage() + " (ranks were lost " + lostSinceCheckpoint
                            + " times without a new checkpoint in between: retries = " + retries + ")",
                    failure);
        }
        warn(failure.getMessage() + "; going on from the " + (hadCheckpoint ? "last checkpoint" : "start") + ", try "
                + lostSinceCheckpoint + " of " + retries);
    }

    /** Until the executor that was told to end is gone; its slot would be taken for one. */
    private void awaitDeparture() {
        long end = System.nanoTime() + DEPARTURE.toNanos();
        while (Slots.now(spark.sc()) >= workersNow && System.nanoTime() < end) {
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new JobFailedException("interrupted while an executor left", e);
            }
        }
    }

    private void warn(String message) {
        events.accept(new RunEvent.Warned(message));
    }

    /** On one of Spark's threads. */
    private void take(RunEvent event) {
        if (event instanceof RunEvent.Started now) {
            if (now.resumedFrom() == null && hadCheckpoint) {
                lostCheckpoint = true;
                spark.sc().cancelJobsWithTag(tag);
                return;
            }
            started = now;
            hadCheckpoint |= now.resumedFrom() != null;
        } else if (event instanceof RunEvent.CheckpointWritten written) {
            hadCheckpoint = true;
            lostSinceCheckpoint = 0;
            takeReturned(written);
        }
        events.accept(event);
    }

    private void takeReturned(RunEvent.CheckpointWritten written) {
        boolean missing = workersNow < ranks.workers();
        boolean last = started != null && written.step() >= started.lastStep();
        if (missing && !last && !growing && Slots.now(spark.sc()) > workersNow) {
            growing = true;
            spark.sc().cancelJobsWithTag(tag);
        }
    }
}
