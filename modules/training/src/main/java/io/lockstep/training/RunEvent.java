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

    /**
     * Examples could not be read, and the batches that would have had them are shorter.
     *
     * @param step updates done
     * @param examples since this was last told, over all ranks
     * @param why some reasons, by rank, each naming a file
     */
    record LeftOut(long step, long examples, List<String> why) implements RunEvent {}

    /** Something to know that does not stop the run. */
    record Warned(String message) implements RunEvent {}
}
