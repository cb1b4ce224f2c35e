package io.lockstep.runs;

import io.lockstep.runs.folder.EvaluationLine;
import io.lockstep.runs.folder.MetricsLine;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.networks.InitialModel;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.StrategySettings;
import io.lockstep.runs.tracking.RunTracking;
import io.lockstep.training.RunEvent;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * What the ranks tell while they train, on Spark's threads: it goes into the folder's logs, onto the terminal and to whoever
 * listens. The driver asks for what it needs of it in the end.
 */
final class RunWatch {
    private final Configuration configuration;
    private final RunFolder folder;
    private final RunTracking tracking;
    private final InitialModel initial;
    private final Progress progress;
    private final Consumer<RunEvent> listener;
    private RunEvent.Started started;
    private Long resumedFromStep;
    private long leftOut;
    private IOException logFailure;

    /** @param configuration gets what the ranks have decided */
    RunWatch(
            Configuration configuration,
            RunFolder folder,
            RunTracking tracking,
            InitialModel initial,
            Progress progress,
            Consumer<RunEvent> listener) {
        this.configuration = configuration;
        this.folder = folder;
        this.tracking = tracking;
        this.initial = initial;
        this.progress = progress;
        this.listener = listener;
    }

    /** One event at a time. Whoever listens is called without this object's lock. */
    void take(RunEvent event) {
        try {
            log(event);
        } catch (IOException e) {
            failed(e);
        }
        progress.show(initial.named(event));
        listener.accept(event);
    }

    private synchronized void failed(IOException e) {
        if (logFailure == null) {
            progress.line(
                    "warning: the run folder's logs cannot be written (" + e.getMessage() + "); training goes on");
        }
        logFailure = e;
    }

    private synchronized void log(RunEvent event) throws IOException {
        if (event instanceof RunEvent.Started now) {
            begin(now);
        } else if (event instanceof RunEvent.Decided decided) {
            StrategySettings.take(decided.decision(), configuration);
            folder.putConfig(configuration); // with it the run repeats, without measuring again
        } else if (event instanceof RunEvent.Reported reported) {
            MetricsLine line = MetricsLine.of(reported.report());
            tracking.log(line); // first, as it neither waits nor fails
            folder.log(line);
        } else if (event instanceof RunEvent.LeftOut examples) {
            leftOut += examples.examples();
        } else if (event instanceof RunEvent.Evaluated evaluated) {
            var line =
                    new EvaluationLine(MetricsLine.now(), evaluated.step(), evaluated.epoch(), evaluated.evaluation());
            tracking.log(line);
            folder.log(line);
        }
    }

    private void begin(RunEvent.Started now) throws IOException {
        if (started == null) {
            resumedFromStep = now.resumedFrom() == null ? null : now.firstStep();
        }
        started = now;
        folder.startLogs(now.firstStep());
        tracking.begin();
        progress.line(Progress.format(
                "training %,d parameters for %,d steps (%,d an epoch)",
                now.parameters(), now.lastStep() - now.firstStep(), now.stepsPerEpoch()));
    }

    /** Of the ranks that run now; null before there are any. */
    synchronized RunEvent.Started started() {
        return started;
    }

    /** Examples that could not be read, in this call; each as often as it was drawn. */
    synchronized long leftOut() {
        return leftOut;
    }

    /** Null: the run began with this call. */
    synchronized Long resumedFromStep() {
        return resumedFromStep;
    }

    /** @throws IOException if an event could not be logged: a summary would look as if all of the run were there */
    synchronized void requireLogged() throws IOException {
        if (logFailure != null) {
            throw logFailure;
        }
    }
}
