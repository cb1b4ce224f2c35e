package io.lockstep.training;

import java.io.Serializable;
import java.util.List;

/** What rank 0 tells whoever watches the run. */
public sealed interface RunEvent extends Serializable {
    /**
     * The first step is about to run.
     *
     * @param parameters trained, without running statistics
     * @param firstStep 0, or the checkpoint's
     * @param lastStep of the whole run, exclusive; a run that is told to stop earlier has this too
     * @param resumedFrom the checkpoint's folder, or null
     */
    record Started(
            long parameters, long examples, long stepsPerEpoch, long firstStep, long lastStep, String resumedFrom)
            implements RunEvent {}

    /**
     * A new run begins with what another network has learned.
     *
     * @param model file of that network
     * @param anew parameters that it has not, or in another shape: they begin as in any run
     */
    record BeganWith(String model, List<String> anew) implements RunEvent {}

    record Reported(StepReport report) implements RunEvent {}

    /** @param step updates done */
    record Evaluated(long step, int epoch, Evaluation evaluation) implements RunEvent {}

    record CheckpointWritten(long step, String path) implements RunEvent {}

    /** What a strategy chose by measurement, before the first step. */
    record Decided(Calibration.Decision decision) implements RunEvent {}

    /** Something to know that does not stop the run. */
    record Warned(String message) implements RunEvent {}
}
