package io.lockstep.training;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Normalization;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One copy of the network on one rank: flat parameters and gradients, forward and backward on a batch.
 *
 * <p>All buffers are direct, in native order, float32, from position 0 to limit, and stay at one address for the life
 * of the replica: they are the network's own memory, or where it lives on a GPU the host's copy. Parameters, gradients
 * and (per parameter) updater state are laid out as DL4J's flattened vectors, layers in topological order.
 *
 * <p>One thread owns a replica: it creates it, calls it and closes it. {@link #gradients()} may be read and written by
 * another thread between the announcement of a part and {@link #update}.
 */
public interface Replica extends AutoCloseable {
    /** All parameters, running statistics included. */
    ByteBuffer parameters();

    /** As long as {@link #parameters()}. At a running statistic: its change, (1 - decay) x (old - batch's). */
    ByteBuffer gradients();

    /** Momentum and the like, in the updater's own layout; empty for plain SGD. */
    ByteBuffer updaterState();

    /**
     * The parts of the flat vectors that hold running statistics (batch norm's mean and variance), ascending and
     * disjoint. They are averaged over ranks, never clipped or regularised, and do not count as parameters.
     */
    List<Range> statistics();

    /** The name of the layer that an element of the flat vectors belongs to. */
    String layerAt(long element);

    /**
     * Makes {@link #parameters()} and {@link #updaterState()} what the network has now. To be called before they are read
     * between steps: where the network lives on a GPU they are the host's copy.
     */
    default void toHost() {}

    /** Makes the network take both, whole, after something was written into what {@link #toHost()} brought. */
    default void fromHost() {}

    /** How this replica wants images laid out. */
    FeatureLayout featureLayout();

    /** How this replica wants pixels scaled: as the data set suggests, unless it draws pictures itself. */
    default Normalization normalization(Normalization ofData) {
        return ofData;
    }

    /** Bytes outside the heap that training takes in the end, of which much is only touched by the first step; 0: unknown. */
    default long memoryBytes() {
        return 0;
    }

    /**
     * The networks in this replica that play against each other and are updated one after the other in a step, in that
     * order. Their flat vectors are parts of this one's. Only they are trained then: this one's {@link
     * #forwardBackward} and {@link #update} are not called.
     */
    default List<Replica> players() {
        return List.of(this);
    }

    /** A player's turn comes in every so many steps. */
    default int stepsPerTurn() {
        return 1;
    }

    /** What the network is for: by it, its answers are judged. */
    default Task task() {
        return Task.CLASSIFICATION;
    }

    /**
     * Names of what {@link BatchResult#measures} has beside the loss: means over labels, of every pass. A replica that counts
     * right answers has them first, as {@code accuracy}.
     */
    default List<String> measures() {
        return task().metrics().contains(Metrics.ACCURACY) ? List.of(Metrics.ACCURACY.word()) : List.of();
    }

    /**
     * Forward and backward. Afterwards {@link #gradients()} holds the <em>sum</em> over the batch's examples of the
     * gradient of the loss, without regularisation; at running statistics the change that this batch alone would make.
     * For an empty batch all of it is zero.
     *
     * <p>The replica runs in float32 unless configured otherwise, and the result is a function of parameters, batch and
     * {@code randomSeed} alone.
     *
     * @param randomSeed what dropout and other noise are drawn from, by the place of an example in the epoch: the same
     *     on all ranks
     * @param listener called on this thread while backward goes on
     */
    BatchResult forwardBackward(Batch batch, long randomSeed, GradientListener listener);

    /**
     * One optimizer update. {@link #gradients()} holds the mean gradient over the global batch; regularisation, the
     * updater and constraints are applied to {@link #parameters()}. The gradients are undefined afterwards.
     *
     * @param step number of this update, from 0
     * @param epoch epoch it belongs to, from 0
     */
    void update(long step, int epoch, double learningRate);

    /**
     * The same, for networks that are updated by the sum over the examples and not by their mean (DL4J's {@code
     * miniBatch(false)}), which must know how many they are. Without the number they take those of their own batches since the
     * last update.
     *
     * @param examples whose mean {@link #gradients()} holds, on whichever ranks they were
     */
    default void update(long step, int epoch, double learningRate, int examples) {
        update(step, epoch, learningRate);
    }

    /** Forward only, as in inference (running statistics, no dropout). */
    Answers evaluate(Batch batch);

    /**
     * The same of a network that tells classes.
     *
     * @param predictions receives the most probable class of each label; at least as long as there are labels
     */
    default BatchResult evaluate(Batch batch, int[] predictions) {
        Answers answers = evaluate(batch);
        if (answers.classes() != null) {
            System.arraycopy(answers.classes(), 0, predictions, 0, answers.rows());
        }
        return answers.result();
    }

    /** Writes configuration, parameters and updater state as DL4J's ModelSerializer does. Does not close the stream. */
    void save(OutputStream out) throws IOException;

    /** What {@link #save} would write now; a copy, so that training can go on while it is written. */
    default Snapshot snapshot() {
        var bytes = new ByteArrayOutputStream();
        try {
            save(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // into memory: cannot happen for want of space on a disk
        }
        return bytes::writeTo;
    }

    /** A copy of a replica; valid until the next one is taken, as its memory is used again. */
    @FunctionalInterface
    interface Snapshot {
        /** On any thread. Does not close the stream. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Takes parameters and updater state from what {@link #save} wrote.
     *
     * @throws IOException naming the difference, if it is another network's
     */
    void load(InputStream in) throws IOException;

    /**
     * Takes those parameters that are in what another replica's {@link #save} wrote, by name and shape; the rest stays as it
     * is. For training that begins with what another network has learned.
     *
     * @return the names of what stayed
     * @throws IOException if next to nothing is in common
     */
    default List<String> takeCommon(InputStream in) throws IOException {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " cannot begin with another's parameters");
    }

    @Override
    void close();
}
