package io.lockstep.dl4jmasters;

import io.lockstep.training.Metrics;
import io.lockstep.training.RunEvent;
import io.lockstep.training.StepReport;
import io.lockstep.training.run.LearningRate;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Makes reports of what the workers tell. DL4J counts no steps over all workers: a step is one local step of each. */
final class Ledger {
    private final int workers;
    private final int logEvery;
    private final long bytesSentBySpark;
    private final LearningRate rates;
    private final Consumer<RunEvent> events;

    /** Of the epoch. */
    private int epoch;

    private long firstStep;
    private long localSteps;

    /** Since the last report. */
    private final Map<String, Share> shares = new TreeMap<>();

    private long reportedLocalSteps;
    private long reportNanos;

    private long heardNanos;

    /** Of the run. */
    private long examples;

    /** What one worker did. */
    private record Share(long localSteps, WorkerStep sum) {
        Share plus(Share other) {
            return new Share(localSteps + other.localSteps, sum.plus(other.sum));
        }

        /** By DL4J's own transport, a local step. */
        long bytesSent() {
            return sum.bytesSent() / localSteps;
        }

        /** @param stepMs what a local step took as the driver's clock sees it */
        StepReport.TimeMs times(double stepMs) {
            double forwardBackwardMs = sum.forwardBackwardNanos() / 1e6 / localSteps;
            double updateMs = sum.updateNanos() / 1e6 / localSteps;
            double restMs = Math.max(0, stepMs - forwardBackwardMs - updateMs);
            return new StepReport.TimeMs(0, forwardBackwardMs, restMs, restMs, 0, updateMs);
        }
    }

    /** @param bytesSentBySpark for a worker and local step; beside what DL4J's own transport counts */
    Ledger(int workers, int logEvery, long bytesSentBySpark, LearningRate rates, Consumer<RunEvent> events) {
        this.workers = workers;
        this.logEvery = logEvery;
        this.bytesSentBySpark = bytesSentBySpark;
        this.rates = rates;
        this.events = events;
    }

    synchronized void startEpoch(int number, long step) {
        epoch = number;
        firstStep = step;
        localSteps = 0;
        reportedLocalSteps = 0;
        shares.clear();
        reportNanos = System.nanoTime();
        heardNanos = reportNanos;
    }

    /** How long no worker has told of a step. */
    synchronized Duration silence() {
        return Duration.ofNanos(System.nanoTime() - heardNanos);
    }

    synchronized void take(WorkerStep step) {
        shares.merge(step.worker(), new Share(1, step), Share::plus);
        examples += step.examples();
        localSteps++;
        heardNanos = System.nanoTime();
        if (localSteps - reportedLocalSteps >= (long) logEvery * workers) {
            report(firstStep + localSteps / workers);
        }
        notifyAll();
    }

    /**
     * Ends the epoch, with a report of what none was made of yet.
     *
     * @param expected local steps that the epoch has; what is told may arrive after Spark's own news of the end
     * @return local steps that were done
     */
    synchronized long endEpoch(long expected, long lastStep, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        long seen = System.nanoTime();
        while (localSteps < expected) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                break;
            }
            wait(millis);
            seen = System.nanoTime();
        }
        if (localSteps > reportedLocalSteps) {
            reportNanos += Math.max(0, System.nanoTime() - seen); // waiting for stragglers' words was not training
            report(lastStep);
        }
        return localSteps;
    }

    private void report(long step) {
        long now = System.nanoTime();
        long count = localSteps - reportedLocalSteps;
        double stepMs = (now - reportNanos) / 1e6 * workers / count;
        Share all = shares.values().stream().reduce(new Share(0, WorkerStep.nothingOf("")), Share::plus);
        WorkerStep sum = all.sum();
        int steps = Math.toIntExact(Math.max(1, count / workers));
        events.accept(new RunEvent.Reported(new StepReport(
                step,
                epoch,
                steps,
                examples,
                sum.lossSum() / sum.examples(),
                rates.at(step - 1),
                sum.examples() * 1e9 / (now - reportNanos),
                0,
                bytesSentBySpark
                        + shares.values().stream()
                                .mapToLong(Share::bytesSent)
                                .max()
                                .orElse(0),
                Map.of(Metrics.ACCURACY.word(), (double) sum.correct() / sum.examples()),
                all.times(stepMs),
                shares.values().stream().map(share -> share.times(stepMs)).toList())));
        shares.clear();
        reportedLocalSteps = localSteps;
        reportNanos = now;
    }
}
