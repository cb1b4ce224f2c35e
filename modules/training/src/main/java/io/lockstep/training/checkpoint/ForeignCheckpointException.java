package io.lockstep.training.checkpoint;

import java.io.IOException;

/** The checkpoint is whole, but another run's. */
public final class ForeignCheckpointException extends IOException {
    public ForeignCheckpointException(String message) {
        super(message);
    }
}
