package io.lockstep.training.run;

/** The numbers went bad: gradients or parameters that are not finite, on all ranks. */
final class DivergedException extends RuntimeException {
    /** @param where a layer with such parameters */
    DivergedException(long step, String where) {
        super(
                "training diverged: parameters are not finite after step " + step + where
                        + ". No checkpoint of that step is written; try a lower learning-rate, a warm-up (warmup-epochs) or clip-norm");
    }

    DivergedException(long step, int skipped, String where) {
        super("training diverged: the gradient was not finite in " + skipped + " steps in a row, up to step " + step
                + where + ". No checkpoint has such numbers; try a lower learning-rate, a warm-up (warmup-epochs) or"
                + " clip-norm");
    }
}
