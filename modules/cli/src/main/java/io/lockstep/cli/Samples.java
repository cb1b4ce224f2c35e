package io.lockstep.cli;

import io.lockstep.datasets.ImageShape;
import io.lockstep.networks.compiled.AdversarialReplica;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.training.Checkpoint;
import io.lockstep.training.CheckpointStore;
import io.lockstep.training.ReplicaFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;

/** Pictures drawn from the newest checkpoint of a run, in this process. */
record Samples(Configuration configuration, HadoopStorage storage, String runDir, ImageShape shape, int classes) {
    /** As many as make a square of ten. */
    static final int COUNT = 100;

    private static final int COLUMNS = 10;

    /** Updates that the checkpoint had done. */
    long checkpointStep() throws IOException {
        return checkpoint().state().step();
    }

    private Checkpoint checkpoint() throws IOException {
        return new CheckpointStore(storage, storage.qualify(runDir) + "/checkpoints", 1, System.err::println)
                .latest()
                .orElseThrow(() -> new UsageException("no whole checkpoint in " + runDir));
    }

    /** The generator with the checkpoint's parameters; the caller closes it. */
    AdversarialReplica load(int batch) throws IOException {
        Checkpoint checkpoint = checkpoint();
        var setup = new ReplicaFactory.Setup(
                shape, classes, batch, 0, 1, notice -> System.err.println("lockstep: " + notice));
        var model = (AdversarialReplica)
                Networks.replicas(Networks.zoo(configuration), configuration).create(setup);
        try {
            model.load(new ByteArrayInputStream(checkpoint.model()));
            return model;
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * A grid of ten columns.
     *
     * @param wanted class of all pictures where the generator is told one; null: each column another
     */
    byte[] png(int count, Integer wanted, long seed) throws IOException {
        int[] asked = new int[count];
        Arrays.setAll(asked, i -> wanted != null ? wanted : i % COLUMNS % classes);
        try (AdversarialReplica model = load(count)) {
            return SampleGrid.png(model, shape, asked, Math.min(count, COLUMNS), seed);
        }
    }
}
