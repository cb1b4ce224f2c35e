package io.lockstep.dl4jmasters;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.loading.Sampler;
import io.lockstep.datasets.loading.StepBatches;
import io.lockstep.training.run.RunData;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.nd4j.common.loader.Source;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Makes a rank's batch of a step where DL4J believes to read a file: the examples, normalisation and augmentation of
 * Lockstep's own ranks, in memory, without a copy of the epoch being serialised first.
 */
final class StepLoader implements DataSetLoader {
    private static final long serialVersionUID = 1;

    private final Broadcast<TrainingSource> source;
    private final long seed;
    private final int globalBatch;
    private final int worldSize;
    private final FeatureLayout layout;
    private final Augmentation augmentation;
    private final double labelSmoothing;

    /** By rank: a master may give a worker any batch. */
    private transient Map<Integer, StepBatches> batches;

    StepLoader(
            Broadcast<TrainingSource> source,
            long seed,
            int globalBatch,
            int worldSize,
            FeatureLayout layout,
            Augmentation augmentation,
            double labelSmoothing) {
        this.source = source;
        this.seed = seed;
        this.globalBatch = globalBatch;
        this.worldSize = worldSize;
        this.layout = layout;
        this.augmentation = augmentation;
        this.labelSmoothing = labelSmoothing;
    }

    /** A relative path, as DL4J asks Hadoop for the file system of it. */
    static String name(int rank, long step) {
        return rank + "/" + step;
    }

    @Override
    public synchronized DataSet load(Source named) throws IOException {
        String[] parts = named.getPath().split("/");
        RunData data = source.value().get();
        Batch batch = batches(Integer.parseInt(parts[0]), data).at(Long.parseLong(parts[1]));
        var shape = data.training().shape();
        long[] dimensions = layout == FeatureLayout.NHWC
                ? new long[] {batch.size(), shape.height(), shape.width(), shape.channels()}
                : new long[] {batch.size(), shape.channels(), shape.height(), shape.width()};
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            INDArray features = Nd4j.createUninitialized(DataType.FLOAT, dimensions, 'c');
            features.data()
                    .pointer()
                    .asByteBuffer()
                    .order(ByteOrder.nativeOrder())
                    .put(batch.features());
            return new DataSet(features, labels(batch, data.training().classes()));
        }
    }

    private StepBatches batches(int rank, RunData data) {
        if (batches == null) {
            batches = new HashMap<>();
        }
        return batches.computeIfAbsent(
                rank,
                absent -> new StepBatches(
                        data.training(),
                        new Sampler(seed, data.training().examples(), globalBatch),
                        rank,
                        worldSize,
                        LoaderOptions.of(data.normalization())
                                .withLayout(layout)
                                .withAugmentation(augmentation)));
    }

    /** (batch, classes), smoothed as Lockstep's replicas do: Szegedy et al. 2016, section 7. */
    private INDArray labels(Batch batch, int classes) {
        float off = (float) (labelSmoothing / classes);
        float on = (float) (1 - labelSmoothing) + off;
        INDArray rows = Nd4j.valueArrayOf(new long[] {batch.size(), classes}, off, DataType.FLOAT);
        for (int i = 0; i < batch.size(); i++) {
            rows.putScalar(i, batch.labels().get(i), on);
        }
        return rows;
    }
}
