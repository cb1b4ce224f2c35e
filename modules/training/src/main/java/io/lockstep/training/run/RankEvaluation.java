package io.lockstep.training.run;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.training.Evaluation;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.checkpoint.Checkpoint;
import io.lockstep.training.checkpoint.CheckpointStore;
import io.lockstep.training.run.RunOptions.DataOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * What one rank does to test a checkpoint of a run.
 *
 * @param trained the data that the network was trained on, by whose training set examples are scaled
 * @param tested the data whose test set is taken, the same or another of its kind
 * @param checkpoints folder
 * @param which of them, as {@link CheckpointStore#choose} takes it
 * @param best by what the best one is told
 * @param batch examples of one forward pass
 */
public record RankEvaluation(
        DataOptions trained,
        DataOptions tested,
        String checkpoints,
        String which,
        CheckpointStore.Best best,
        int batch,
        long seed,
        ReplicaFactory replicas)
        implements Serializable {

    /** @param checkpointStep updates that the checkpoint had done */
    public record Result(long checkpointStep, Evaluation evaluation) implements Serializable {}

    /**
     * A collective.
     *
     * @param threads to compute with
     * @param notices told what a person should know
     * @throws IOException if there is no whole checkpoint, or it is another network's, or data cannot be read
     */
    public Result run(ProcessGroup group, Storage storage, int threads, Consumer<String> notices) throws IOException {
        Data data = Preparation.together(group, RankControl.NONE, () -> data(group, storage, threads));
        DataSource source = data.source;
        Checkpoint checkpoint = chosenByRankZero(group, new CheckpointStore(storage, checkpoints, 1, notices));
        var setup = new ReplicaFactory.Setup(source.shape(), source.classes(), batch, seed, threads, notices);
        try (Replica replica = replicas.create(setup)) {
            replica.load(new ByteArrayInputStream(checkpoint.model()));
            boolean skips = tested.formats().skipsUnreadable();
            LoaderOptions loading = LoaderOptions.of(
                            replica.normalization(SharedNormalization.of(data.normalization, trained, group)))
                    .withLayout(replica.featureLayout())
                    .skippingUnreadable(skips);
            try (var batches = data.shard.loader(batch, loading)) {
                Evaluation evaluation = Evaluation.over(replica, batches, group);
                var unread = new UnreadReports(skips, group, event -> notices.accept(UnreadReports.told(event)));
                unread.tell(checkpoint.state().step(), batches);
                return new Result(checkpoint.state().step(), evaluation);
            }
        }
    }

    /** @param normalization of what the network was trained on */
    private record Data(DataSource source, RunData.Shard shard, Normalization normalization) {}

    private Data data(ProcessGroup group, Storage storage, int threads) throws IOException {
        DataSource source = RunData.source(tested, storage, threads);
        return new Data(
                source,
                RunData.testShard(source, tested, group.rank(), group.worldSize()),
                RunData.normalization(trained, storage, threads));
    }

    /** What others find newest, or best, may be another one while the run goes on. */
    private Checkpoint chosenByRankZero(ProcessGroup group, CheckpointStore store) throws IOException {
        Checkpoint mine = group.rank() == 0 ? store.choose(which, best) : null;
        long step = mine == null ? 0 : mine.state().step();
        byte[] chosen = group.allGatherRecords(
                        ByteBuffer.allocate(Long.BYTES).putLong(step).array())
                .get(0);
        return mine != null ? mine : store.at(ByteBuffer.wrap(chosen).getLong());
    }
}
