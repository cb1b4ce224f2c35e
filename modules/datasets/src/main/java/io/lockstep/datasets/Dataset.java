package io.lockstep.datasets;

import java.util.List;

/**
 * Examples that can be asked for by their numbers. Anybody can implement it:
 *
 * <pre>{@code
 * final class Houses implements Dataset {                     // Serializable, where it travels to executors
 *     public String name() { return "houses"; }
 *     public List<Field> fields() { return List.of(Field.float32("features", 8), Field.float32("labels", 1)); }
 *     public int examples() { return rows.length; }
 *     public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
 *         return (example, epoch, into, place) -> {
 *             into.column("features").putFloats(place, rows[example].features());
 *             into.column("labels").putFloats(place, rows[example].price());
 *         };
 *     }
 * }
 * }</pre>
 *
 * <p>Immutable; any thread may call. Whatever is random about an example must be a function of (seed, epoch, example) alone,
 * so that a run resumes with the same bits and any number of ranks sees the same examples.
 */
public interface Dataset {
    String name();

    /** What each example has, see {@link Batch}: pictures as (C, H, W), whatever the network's layout is. */
    List<Field> fields();

    int examples();

    /**
     * What writes examples into batches; one thread's.
     *
     * @param seed of what is random about an example
     * @param options how the network wants its examples
     * @param training false: every example as it is
     */
    ExampleWriter writer(long seed, LoaderOptions options, boolean training);

    /** Threads that examples are best written on at once, each with a {@link #writer} of its own: more than 1 where it takes long. */
    default int writerThreads() {
        return 1;
    }

    /** Of the features of one example. A text of T steps is (1, T, 1): one number in each of T rows. */
    default ImageShape shape() {
        return ImageShape.ofFeatures(fields());
    }

    /** One a class, in the order of the labels; none where labels are no classes. */
    default List<String> classNames() {
        return List.of();
    }

    default int classes() {
        return classNames().size();
    }

    /** Labels of an example: 1, or one for each step. */
    default int labelsOfExample() {
        return Field.labelsOf(fields());
    }

    /** Labels of each class; zeros where nobody has counted. */
    default int[] classCounts() {
        return new int[classes()];
    }

    /** What training and test examples are normalised by, measured on this set; of use to sets that heed it. */
    default Normalization normalization() {
        return Normalization.unit(shape().channels());
    }
}
