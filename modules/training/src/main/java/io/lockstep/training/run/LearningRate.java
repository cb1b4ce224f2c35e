package io.lockstep.training.run;

import java.util.List;

/** The learning rate of each step. Pure functions of the step, so that resuming needs no state. */
@FunctionalInterface
public interface LearningRate {
    /** @param step number of the update, from 0 */
    double at(long step);

    static LearningRate constant(double rate) {
        return step -> rate;
    }

    /**
     * The rate is multiplied by {@code factor} at each milestone.
     *
     * @param milestones steps, ascending. He et al. 2015, section 4.2: divided by 10 at 32k and 48k steps
     */
    static LearningRate stepwise(double rate, double factor, List<Long> milestones) {
        return step -> {
            long passed =
                    milestones.stream().filter(milestone -> step >= milestone).count();
            return rate * Math.pow(factor, passed);
        };
    }

    /** From the rate down to 0 over {@code steps} along half a cosine (Loshchilov and Hutter 2017, without restarts). */
    static LearningRate cosine(double rate, long steps) {
        return step -> rate * halfCosine((double) step / Math.max(1, steps));
    }

    /**
     * Up to the peak, then down to nearly nothing (Smith and Topin 2018); the numbers are PyTorch's OneCycleLR's: starts
     * at peak / 25, peaks after 30 % of the steps, ends at 1/10,000 of the start, cosine both ways.
     */
    static LearningRate oneCycle(double peak, long steps) {
        double start = peak / 25;
        double end = start / 10_000;
        double rising = Math.max(1, 0.3 * steps - 1);
        double falling = Math.max(1, steps - 1 - rising);
        return step -> step <= rising
                ? peak + (start - peak) * halfCosine(step / rising)
                : end + (peak - end) * halfCosine((step - rising) / falling);
    }

    /**
     * Linear from nearly 0 over the first steps, then as before (Goyal et al. 2017, section 2.2).
     *
     * @param warmupSteps 0 for none
     */
    default LearningRate warmedUp(long warmupSteps) {
        return step -> step < warmupSteps ? at(step) * (step + 1) / (warmupSteps + 1) : at(step);
    }

    /** 1 at 0, 0 at 1. */
    private static double halfCosine(double progress) {
        return (1 + Math.cos(Math.PI * Math.min(1, Math.max(0, progress)))) / 2;
    }
}
