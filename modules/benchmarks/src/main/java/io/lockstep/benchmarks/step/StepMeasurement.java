package io.lockstep.benchmarks.step;

import java.util.Locale;

/**
 * What a step of a model took.
 *
 * @param parameters trained, without running statistics
 * @param peakMegabytes of resident memory of the process, the JVM's heap included
 */
public record StepMeasurement(Setting setting, long parameters, Speed speed, long peakMegabytes) {
    /**
     * What was run.
     *
     * @param runtime auto, dl4j or stock
     * @param precision of the factors of products
     */
    public record Setting(String model, String runtime, int batch, int threads, String precision) {}

    /**
     * How fast it was.
     *
     * @param medianStepMs forward, backward and update
     * @param gflopsPerSecond 3 x the forward pass's multiply-adds x 2, over the step's time
     */
    public record Speed(double medianStepMs, double examplesPerSecond, double gflopsPerSecond) {
        /** @param flop of forward for one example */
        public static Speed of(double medianStepMs, int batch, long flop) {
            return new Speed(medianStepMs, batch / medianStepMs * 1e3, 3.0 * flop * batch / medianStepMs / 1e6);
        }
    }

    public String json() {
        return String.format(
                Locale.ROOT,
                "{\"model\": \"%s\", \"runtime\": \"%s\", \"batch\": %d, \"threads\": %d, \"precision\": \"%s\", \"parameters\": %d, \"median_step_ms\": %.3f,"
                        + " \"examples_per_second\": %.2f, \"gflops_per_second\": %.2f, \"peak_rss_mb\": %d}%n",
                setting.model,
                setting.runtime,
                setting.batch,
                setting.threads,
                setting.precision,
                parameters,
                speed.medianStepMs,
                speed.examplesPerSecond,
                speed.gflopsPerSecond,
                peakMegabytes);
    }
}
