package io.lockstep.training;

/** The numbers went bad: step after step had a gradient that was not finite, on all ranks. */
public final class DivergedException extends RuntimeException {
    DivergedException(long step, int skipped, String where) {
        super("training diverged: the gradient was not finite in " + skipped + " steps in a row, up to step " + step
                + where + ". No checkpoint has such numbers; try a lower learning-rate, a warm-up (warmup-epochs) or"
                + " clip-norm");
    }
}
