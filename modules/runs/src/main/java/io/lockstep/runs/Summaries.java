package io.lockstep.runs;

import io.lockstep.runs.folder.EvaluationLine;
import io.lockstep.runs.folder.MetricsLine;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.folder.Summary;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.training.RunEvent;
import io.lockstep.training.Task;
import io.lockstep.training.checkpoint.CheckpointStore;
import java.util.List;

/** What a run's folder and its ranks say of it in the end. */
final class Summaries {
    private Summaries() {}

    /**
     * @param watch that has heard the ranks, which ran to the end
     */
    static Summary of(
            Configuration configuration,
            Task task,
            RunFolder folder,
            List<RankResult> results,
            RunWatch watch,
            int restarts,
            double wallSeconds) {
        RunEvent.Started started = watch.started();
        List<MetricsLine> metrics = folder.metrics();
        MetricsLine last = metrics.get(metrics.size() - 1);
        EvaluationLine test = folder.evaluations().get(folder.evaluations().size() - 1);
        CheckpointStore.Tested best = best(folder.evaluations(), configuration, task);
        return new Summary(
                configuration.get(DataSettings.MODEL),
                task.name(),
                configuration.get(DataSettings.DATA),
                started.parameters(),
                configuration.get(DistributionSettings.STRATEGY),
                results.size(),
                configuration.get(DistributionSettings.GLOBAL_BATCH),
                last.step(),
                (last.step() + started.stepsPerEpoch() - 1) / started.stepsPerEpoch(),
                last.examples(),
                rate(metrics, started.firstStep()),
                metrics.stream().mapToLong(MetricsLine::bytesSent).average().orElse(0),
                metrics.stream()
                        .mapToDouble(line -> line.timeMs().reduceWaitShare())
                        .average()
                        .orElse(0),
                last.loss(),
                test.test(),
                best == null ? null : best.step(),
                best == null ? null : best.test(),
                results.get(0).parametersSha256(),
                wallSeconds,
                watch.resumedFromStep(),
                restarts,
                configuration.get(DataSettings.UNREADABLE).equals("skip") ? watch.leftOut() : null,
                last.measures());
    }

    /** Null where none is better than another. */
    private static CheckpointStore.Tested best(List<EvaluationLine> tests, Configuration configuration, Task task) {
        List<CheckpointStore.Tested> tested = tests.stream()
                .map(line -> new CheckpointStore.Tested(line.step(), line.test()))
                .toList();
        return FolderSettings.best(configuration, task).of(tested).orElse(null);
    }

    /** Examples by seconds over the logged steps of this call, the first line (the JVM warms up) left out if there are more. */
    private static double rate(List<MetricsLine> all, long firstStep) {
        List<MetricsLine> lines =
                all.stream().filter(line -> line.step() > firstStep).toList();
        if (lines.isEmpty()) {
            return 0;
        }
        double seconds = 0;
        long examples = 0;
        for (int i = lines.size() > 1 ? 1 : 0; i < lines.size(); i++) {
            MetricsLine line = lines.get(i);
            long before = i > 0 ? lines.get(i - 1).examples() : line.examples();
            long seen = i > 0 ? line.examples() - before : line.examples();
            examples += seen;
            seconds += seen / line.examplesPerSecond();
        }
        return examples / seconds;
    }
}
