package io.lockstep.training.run;

/** A rank was told to end; all ranks have stopped with it, once what they had learnt was in a checkpoint. */
public final class PreemptionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PreemptionException(String rank, long stepsDone) {
        super(rank + " was told to end; all ranks stopped after step " + stepsDone);
    }
}
