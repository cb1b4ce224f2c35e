package io.lockstep.benchmarks.step;

import java.util.Locale;

/**
 * @param parameters trained, without running statistics
 * @param medianStepMs forward, backward and update
 * @param gflopsPerSecond 3 x the forward pass's multiply-adds x 2, over the step's time
 */
public record StepReport(
        String model,
        int batch,
        int threads,
        long parameters,
        double medianStepMs,
        double examplesPerSecond,
        double gflopsPerSecond) {

    public String json() {
        return String.format(
                Locale.ROOT,
                "{\"model\": \"%s\", \"batch\": %d, \"threads\": %d, \"parameters\": %d, \"median_step_ms\": %.3f,"
                        + " \"examples_per_second\": %.2f, \"gflops_per_second\": %.2f}%n",
                model,
                batch,
                threads,
                parameters,
                medianStepMs,
                examplesPerSecond,
                gflopsPerSecond);
    }
}
