package io.lockstep.benchmarks.step;

import java.util.Locale;

/**
 * @param runtime auto, dl4j or stock
 * @param parameters trained, without running statistics
 * @param medianStepMs forward, backward and update
 * @param precision of the factors of products
 * @param gflopsPerSecond 3 x the forward pass's multiply-adds x 2, over the step's time
 * @param peakMegabytes of resident memory of the process, the JVM's heap included
 */
public record StepReport(
        String model,
        String runtime,
        int batch,
        int threads,
        String precision,
        long parameters,
        double medianStepMs,
        double examplesPerSecond,
        double gflopsPerSecond,
        long peakMegabytes) {

    public String json() {
        return String.format(
                Locale.ROOT,
                "{\"model\": \"%s\", \"runtime\": \"%s\", \"batch\": %d, \"threads\": %d, \"precision\": \"%s\", \"parameters\": %d, \"median_step_ms\": %.3f,"
                        + " \"examples_per_second\": %.2f, \"gflops_per_second\": %.2f, \"peak_rss_mb\": %d}%n",
                model,
                runtime,
                batch,
                threads,
                precision,
                parameters,
                medianStepMs,
                examplesPerSecond,
                gflopsPerSecond,
                peakMegabytes);
    }
}
