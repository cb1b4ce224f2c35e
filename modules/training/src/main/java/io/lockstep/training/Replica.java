package io.lockstep.training;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Normalization;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * One copy of the network on one rank: its flat vectors, what of it is trained in a step, how it is tested, and its file.
 *
 * <p>One thread owns a replica: it creates it, calls it and closes it.
 */
public interface Replica extends NetworkVectors, AutoCloseable {
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
     * What is trained in a step, one after the other, in that order: the network itself ({@link NetworkReplica}), or its
     * parts that play against each other. Always the same ones.
     */
    List<Turn> turns();

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
