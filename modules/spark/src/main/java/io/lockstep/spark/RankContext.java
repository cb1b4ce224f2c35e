package io.lockstep.spark;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.training.RunEvent;
import io.lockstep.training.run.RankControl;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a rank finds around it.
 *
 * @param group all ranks of this attempt
 * @param storage Hadoop's file systems, with the driver's configuration
 * @param events to the driver; rank 0 tells them
 * @param cores threads that this rank may keep busy (spark.task.cpus)
 * @param gpus addresses of those that are this rank's alone, as the discovery script named them
 * @param control stops when Spark has killed the task, and tells when the executor must end
 */
public record RankContext(
        ProcessGroup group,
        Storage storage,
        Consumer<RunEvent> events,
        int cores,
        List<String> gpus,
        RankControl control) {}
