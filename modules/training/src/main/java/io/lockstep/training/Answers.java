package io.lockstep.training;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import java.nio.FloatBuffer;

/**
 * What a network said of a batch in {@link Replica#evaluate}, beside what it should have said. A row is what one label is of:
 * an example, or a step or pixel of one. Valid until the replica's next pass.
 *
 * @param result loss, and what else the pass itself has measured
 * @param targets what it should have said, (rows) classes or (rows, width) numbers; null where the batch has nothing of the
 *     kind (a generator's)
 * @param mask 0 for each row that does not count; null: all count
 * @param classes the most probable class of each row, in the order of the targets; null where it tells no classes
 * @param outputs (rows, width): numbers to be predicted, probabilities of labels that may hold together, or scores in the
 *     order of the probabilities of classes that exclude each other; null where a replica does not hand them out
 * @param width outputs of a row: as many as there are classes, labels or numbers
 */
public record Answers(BatchResult result, Column targets, Column mask, int[] classes, FloatBuffer outputs, int width) {
    /** Of a batch whose targets are in its column {@code labels}, and whose mask, if it has one, in {@code mask}. */
    public static Answers of(Batch batch, BatchResult result, int[] classes, FloatBuffer outputs, int width) {
        return new Answers(
                result,
                batch.has(Batch.LABELS) ? batch.column(Batch.LABELS) : null,
                batch.has(Batch.MASK) ? batch.column(Batch.MASK) : null,
                classes,
                outputs,
                width);
    }

    /** Whether it was to tell the class of each row. */
    boolean areClasses() {
        return targets != null && targets.field().type() == Field.Type.INT32;
    }

    /** Whether it was to tell numbers of each row, and did. */
    boolean areNumbers() {
        return targets != null && targets.field().type() == Field.Type.FLOAT32 && outputs != null;
    }

    int rows() {
        int values = targets.bytes().remaining() / Field.Type.BYTES;
        return areClasses() ? values : values / width;
    }

    /** Whether a row has a label. */
    boolean counts(int row) {
        return (mask == null || mask.floats().get(row) != 0)
                && (!areClasses() || targets.ints().get(row) >= 0);
    }
}
