package io.lockstep.spark.ml;

import io.lockstep.runs.folder.Progress;
import io.lockstep.training.Evaluation;
import io.lockstep.training.RunEvent;
import io.lockstep.training.StepReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears a run and keeps what it tells by epoch. Spark's threads call. */
final class EpochHistory {
    private static final Logger LOG = LoggerFactory.getLogger(LockstepEstimator.class);

    private final String uid;
    private final boolean validated;
    private final Map<Integer, Losses> trained = new TreeMap<>();
    private final Map<Integer, Evaluation> tests = new TreeMap<>();
    private long stepsPerEpoch = 1;

    /** @param validated whether tests are of rows that are not trained on */
    EpochHistory(String uid, boolean validated) {
        this.uid = uid;
        this.validated = validated;
    }

    private record Losses(double sum, long steps, double learningRate) {
        Losses plus(StepReport report) {
            return new Losses(sum + report.steps() * report.loss(), steps + report.steps(), report.learningRate());
        }
    }

    synchronized void take(RunEvent event) {
        if (event instanceof RunEvent.Started started) {
            stepsPerEpoch = started.stepsPerEpoch();
        } else if (event instanceof RunEvent.Reported reported) {
            StepReport report = reported.report();
            trained.merge(report.epoch(), new Losses(0, 0, 0).plus(report), (sum, one) -> sum.plus(report));
            LOG.info(
                    "{}: epoch {}, step {}: loss {}, {} rows/s",
                    uid,
                    report.epoch(),
                    report.step(),
                    report.loss(),
                    Math.round(report.examplesPerSecond()));
        } else if (event instanceof RunEvent.Evaluated evaluated && validated) {
            tests.put(evaluated.epoch(), evaluated.evaluation());
            LOG.info(
                    "{}: epoch {}: validation loss {}, {}",
                    uid,
                    evaluated.epoch(),
                    evaluated.evaluation().loss(),
                    evaluated.evaluation().metrics());
        } else if (event instanceof RunEvent.LeftOut leftOut) {
            LOG.warn("{}: {}", uid, Progress.leftOut(leftOut));
        } else if (event instanceof RunEvent.Warned warned) {
            LOG.warn("{}: {}", uid, warned.message());
        }
    }

    /** The epoch, from 0, that ends with a step. */
    synchronized int epochOf(long stepsDone) {
        return (int) (Math.max(0, stepsDone - 1) / stepsPerEpoch);
    }

    synchronized List<TrainingEpoch> epochs() {
        List<TrainingEpoch> epochs = new ArrayList<>();
        int last = Math.max(
                trained.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1),
                tests.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1));
        for (int epoch = 0; epoch <= last; epoch++) {
            Losses losses = trained.getOrDefault(epoch, new Losses(Double.NaN, 1, Double.NaN));
            Evaluation test = tests.get(epoch);
            epochs.add(new TrainingEpoch(
                    epoch,
                    losses.sum() / losses.steps(),
                    losses.learningRate(),
                    test == null ? Double.NaN : test.loss(),
                    test == null ? Map.of() : test.metrics()));
        }
        return epochs;
    }
}
