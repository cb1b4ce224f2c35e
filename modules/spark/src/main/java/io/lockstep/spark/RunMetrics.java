package io.lockstep.spark;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.lockstep.training.Evaluation;
import io.lockstep.training.Metrics;
import io.lockstep.training.RunEvent;
import io.lockstep.training.StepReport;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * Where Spark's users look: what a run told last, as gauges of Spark's metric system, for its sinks and its Prometheus page;
 * and each of its reports as an event, for the event log and who listens. Of the driver's application, which trains one
 * run at a time.
 */
final class RunMetrics {
    private static volatile SparkContext context;
    private static volatile StepReport report;
    private static volatile Evaluation test;

    private RunMetrics() {}

    static void open(SparkContext sparkContext, MetricRegistry registry) {
        context = sparkContext;
        report = null;
        test = null;
        ofReport(registry, "step", StepReport::step);
        ofReport(registry, "epoch", StepReport::epoch);
        ofReport(registry, "examples", StepReport::examples);
        ofReport(registry, "loss", StepReport::loss);
        ofReport(registry, "accuracy", StepReport::accuracy);
        ofReport(registry, "learning_rate", StepReport::learningRate);
        ofReport(registry, "examples_per_second", StepReport::examplesPerSecond);
        ofReport(registry, "skipped_steps", StepReport::skippedSteps);
        ofReport(registry, "all_reduce_bytes", StepReport::bytesSent);
        ofReport(registry, "time_ms.data_wait", each -> each.timeMs().dataWait());
        ofReport(registry, "time_ms.forward_backward", each -> each.timeMs().forwardBackward());
        ofReport(registry, "time_ms.all_reduce", each -> each.timeMs().communication());
        ofReport(registry, "time_ms.reduce_wait", each -> each.timeMs().reduceWait());
        ofReport(registry, "time_ms.update", each -> each.timeMs().update());
        registry.register("test_loss", (Gauge<Double>) () -> test == null ? Double.NaN : test.loss());
        words().forEach(word -> registry.register("test_" + word, (Gauge<Double>)
                () -> test == null ? Double.NaN : test.metrics().getOrDefault(word, Double.NaN)));
    }

    /** Of all metrics but the loss: it is not known yet what the application will train. */
    private static Stream<String> words() {
        return Arrays.stream(Metrics.values())
                .filter(metric -> metric != Metrics.LOSS)
                .map(Metrics::word)
                .distinct();
    }

    private static void ofReport(MetricRegistry registry, String name, ToDoubleFunction<StepReport> value) {
        registry.register(name, (Gauge<Double>) () -> report == null ? Double.NaN : value.applyAsDouble(report));
    }

    static void take(RunEvent event) {
        if (event instanceof RunEvent.Reported reported) {
            report = reported.report();
            post(TrainingProgress.of(report));
        } else if (event instanceof RunEvent.Evaluated evaluated) {
            test = evaluated.evaluation();
            post(new TrainingTest(evaluated.step(), evaluated.epoch(), test.loss(), test.accuracy(), test.metrics()));
        }
    }

    private static void post(SparkListenerEvent event) {
        SparkContext open = context;
        if (open != null && !open.isStopped()) {
            open.listenerBus().post(event);
        }
    }
}
