package io.lockstep.runs.folder;

import io.lockstep.training.Evaluation;
import io.lockstep.training.Metric;
import io.lockstep.training.Metrics;
import io.lockstep.training.StepReport;
import io.lockstep.training.Task;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How a run of a task is told in a line, in training and in tests. */
public final class TestText {
    private TestText() {}

    /** {@code test accuracy 91.20 %, test loss 0.2871}. */
    public static String of(Task task, Evaluation test) {
        if (task.isGame()) {
            return Progress.format(
                    "discriminator right on %.2f %% of test pictures and samples, loss %.4f",
                    100 * test.accuracy(), test.loss());
        }
        return Stream.concat(task.metrics().stream(), Stream.of(Metrics.LOSS))
                .filter(metric -> metric == Metrics.LOSS || test.metrics().containsKey(metric.word()))
                .map(metric -> "test " + metric.shown(test.metric(metric)))
                .collect(Collectors.joining(", "));
    }

    /** {@code loss 0.3120  accuracy 89.5 %}. */
    static String of(Task task, StepReport report) {
        if (task.isGame()) {
            return Progress.measured(report.measures());
        }
        String loss = Progress.format("loss %.4f", report.loss());
        Metric main = task.main();
        Double measured = report.measures().get(main.word());
        if (measured == null) {
            return loss;
        }
        return loss + "  "
                + (main.unit() == Metric.Unit.SHARE
                        ? Progress.format("%s %.1f %%", main.title(), 100 * measured)
                        : main.shown(measured));
    }
}
