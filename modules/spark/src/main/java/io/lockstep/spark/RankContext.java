package io.lockstep.spark;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.Storage;
import io.lockstep.training.RankControl;
import io.lockstep.training.RunEvent;
import java.util.function.Consumer;

/**
 * What a rank finds around it.
 *
 * @param group all ranks of this attempt
 * @param storage Hadoop's file systems, with the driver's configuration
 * @param events to the driver; rank 0 tells them
 * @param cores threads that this rank may keep busy (spark.task.cpus)
 * @param control stops when Spark has killed the task, and tells when the executor must end
 */
public record RankContext(
        ProcessGroup group, Storage storage, Consumer<RunEvent> events, int cores, RankControl control) {}
