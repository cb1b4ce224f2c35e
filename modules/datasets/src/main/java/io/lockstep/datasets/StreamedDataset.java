package io.lockstep.datasets;

import java.io.IOException;
import java.util.List;

/**
 * Examples that come one after the other and cannot be asked for by their numbers: too many to hold, or made as they are
 * read. Each rank reads a share of its own.
 *
 * <p>What a share holds, and in what order, must be a function of the share alone: a run that goes on from step s reads what
 * the first s steps read, and drops it.
 */
public interface StreamedDataset {
    String name();

    /** What each example has, see {@link Batch}. */
    List<Field> fields();

    /** Opens a share of one pass over the examples; over all ranks the shares are all of them, each once. */
    ExampleStream open(StreamShare share) throws IOException;
}
