package io.lockstep.training.checkpoint;

import java.io.IOException;

/** This writer belongs to a start of the run that is over: {@link CheckpointStore#claim}. */
public final class FencedException extends IOException {
    private static final long serialVersionUID = 1;

    FencedException() {
        super("the run was started again elsewhere and goes on there; this rank belongs to a start that is over");
    }
}
