package io.lockstep.datasets.loading;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ExampleStream;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.StreamShare;
import io.lockstep.datasets.StreamedDataset;
import java.io.IOException;
import java.util.List;

/**
 * Batches of a rank's share of a stream: in training one pass after the other and every batch full, in a test one pass, whose
 * last batch may be short.
 *
 * <pre>
 *   share of epoch 0   a b c d e       batches of 2:  a b | c d | e f | g h ...
 *   share of epoch 1   f g h ...
 * </pre>
 */
final class StreamedBatches implements BatchSource {
    private final StreamedDataset set;
    private final long seed;
    private final int rank;
    private final int worldSize;
    private final int batchSize;
    private final int firstPlace;
    private final boolean endless;
    private final long firstStep;

    private ExampleStream stream;
    private long epoch;
    /** Read of the share of this epoch. */
    private long read;

    private long nextStep;
    private volatile boolean catchingUp;

    private StreamedBatches(
            StreamedDataset set,
            long seed,
            int rank,
            int worldSize,
            int batchSize,
            int firstPlace,
            boolean endless,
            long firstStep) {
        this.set = set;
        this.seed = seed;
        this.rank = rank;
        this.worldSize = worldSize;
        this.batchSize = batchSize;
        this.firstPlace = firstPlace;
        this.endless = endless;
        this.firstStep = firstStep;
    }

    /** The slices of a rank of global batches, from a step on. */
    static StreamedBatches training(
            StreamedDataset set, long seed, int rank, int worldSize, int globalBatch, long firstStep) {
        ExampleRange slice = ExampleRange.shard(globalBatch, rank, worldSize);
        return new StreamedBatches(set, seed, rank, worldSize, slice.size(), slice.start(), true, firstStep);
    }

    /** A rank's share of one pass. */
    static StreamedBatches evaluation(StreamedDataset set, int rank, int worldSize, int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch of " + batchSize);
        }
        return new StreamedBatches(set, 0, rank, worldSize, batchSize, 0, false, 0);
    }

    @Override
    public List<Field> fields() {
        return set.fields();
    }

    @Override
    public int largestBatch() {
        return batchSize;
    }

    @Override
    public long endStep() {
        return endless ? Long.MAX_VALUE : UNKNOWN;
    }

    @Override
    public boolean fill(long step, Batch batch) throws IOException {
        batch.clear();
        if (stream == null) {
            stream = set.open(share());
            nextStep = firstStep;
            catchingUp = true;
            pass(Math.multiplyExact(firstStep, batchSize), batch);
            catchingUp = false;
        }
        if (step != nextStep) {
            throw new IllegalArgumentException("step " + step + " of a stream that is at step " + nextStep);
        }
        nextStep++;
        int size = 0;
        while (size < batchSize && next(batch, size)) {
            size++;
        }
        // of a step's noise the place in its global batch decides, which is the same however far the stream has come
        batch.present(size, endless ? firstPlace : Math.toIntExact(read - size));
        return size > 0 || endless;
    }

    /** Leaves out what earlier steps have read. */
    private void pass(long examples, Batch scratch) throws IOException {
        long left = examples;
        while (left > 0 && batchSize > 0) {
            long skipped = stream.skip(left);
            read += skipped;
            left -= skipped;
            if (left > 0 && next(scratch, 0)) {
                left--;
            }
        }
    }

    /** The next example, of the next pass where this one has ended and there is another. */
    private boolean next(Batch batch, int place) throws IOException {
        while (!stream.next(batch, place)) {
            if (!endless) {
                return false;
            }
            if (read == 0) {
                throw new DatasetException(set.name() + " has no examples for rank " + rank + " of " + worldSize
                        + " in epoch " + epoch + "; take fewer workers");
            }
            stream.close();
            epoch++;
            read = 0;
            stream = set.open(share());
        }
        read++;
        return true;
    }

    private StreamShare share() {
        return new StreamShare(seed, epoch, rank, worldSize);
    }

    @Override
    public boolean isCatchingUp() {
        return catchingUp;
    }

    @Override
    public void close() throws IOException {
        if (stream != null) {
            stream.close();
        }
    }
}
