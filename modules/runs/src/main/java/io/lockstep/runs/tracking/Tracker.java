package io.lockstep.runs.tracking;

import io.lockstep.runs.folder.Artifact;
import java.util.List;

/** Tells a tracking server of one run. But for {@link #end}, methods return at once, whatever the server does. */
public interface Tracker {
    /**
     * Ranks begin, or go on from a checkpoint: also several times in a run.
     *
     * @param before the lines that the logs have from before; what the server knows of them already is not told again
     */
    void begin(List<Scalars> before);

    void log(Scalars line);

    /**
     * Sends what is missing and ends the run at the server, or gives up when the deadline has passed. Nothing is told of a run
     * that never began.
     */
    void end(RunEnd end, List<Artifact> artifacts);
}
