package io.lockstep.dl4jmasters;

import io.lockstep.spark.HadoopStorage;
import io.lockstep.training.run.RunData;
import io.lockstep.training.run.RunOptions.DataOptions;
import java.io.IOException;
import java.io.Serializable;

/** The training set, read once in each process: Spark keeps one copy of a broadcast value an executor. */
final class TrainingSource implements Serializable {
    private static final long serialVersionUID = 1;

    private final DataOptions data;
    private final HadoopStorage storage;
    private transient RunData loaded;

    TrainingSource(DataOptions data, HadoopStorage storage) {
        this.data = data;
        this.storage = storage;
    }

    synchronized RunData get() throws IOException {
        if (loaded == null) {
            loaded = RunData.read(data, storage, 0, 1, 1);
        }
        return loaded;
    }
}
