package io.lockstep.datasets;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The examples of one forward and backward pass, ready for a network: named, typed columns of as many examples each.
 *
 * <p>A column may have any name. These have a meaning:
 *
 * <pre>
 *   features       what the network reads: float32 (C, H, W) or (H, W, C), (T, 1) numbers of a text, (F) a table's row
 *   labels         what it should say: int32 () a class, (T) one of each step, -1 for none; or float32 numbers to predict
 *   weights        float32 (): how much an example counts in the loss
 *   mask           float32: 0 for steps or pixels that do not count, 1 for the others
 *   mixed_labels   int32 (): the class of a picture that was mixed in (Zhang et al. 2018, "mixup: Beyond Empirical Risk
 *   mixed_shares   float32 (): Minimization"), and its share, from 0 to 1/2: x = (1 - share) own + share other
 * </pre>
 *
 * <p>A loader fills the same batch again and again; it belongs to whoever got it until then.
 */
public final class Batch {
    public static final String FEATURES = "features";
    public static final String LABELS = "labels";
    public static final String WEIGHTS = "weights";
    public static final String MASK = "mask";
    public static final String MIXED_LABELS = "mixed_labels";
    public static final String MIXED_SHARES = "mixed_shares";

    private final List<Column> columns;
    private int size;
    private int firstExample;

    /**
     * @param size examples; may be below what the columns' memory holds (a short last batch), and 0 where a rank has no share
     *     of a step
     * @param firstExample place of its first example in the epoch's order: what is random about an example (dropout) is
     *     drawn by its place, so that it does not depend on the rank that has the example
     * @throws IllegalArgumentException if a column does not hold the values of just so many examples, or a name comes twice
     */
    public Batch(int size, int firstExample, List<Column> columns) {
        this.size = size;
        this.firstExample = firstExample;
        this.columns = List.copyOf(columns);
        Set<String> names = new HashSet<>();
        for (Column column : columns) {
            column.requireExamples(size);
            if (!names.add(column.name())) {
                throw new IllegalArgumentException("two columns '" + column.name() + "'");
            }
        }
    }

    public Batch(int size, int firstExample, Column... columns) {
        this(size, firstExample, Arrays.asList(columns));
    }

    /**
     * Of features and classes.
     *
     * @param features float32, direct, native order: not copied
     * @param labels as many of each example; copied
     */
    public Batch(int size, int firstExample, ByteBuffer features, IntBuffer labels) {
        this(
                size,
                firstExample,
                new Column(Field.float32(FEATURES, each(size, features.limit() / Float.BYTES)), features),
                Column.ofInts(labelField(each(size, labels.remaining())), array(labels)));
    }

    /** The same of a batch that is no part of another. */
    public Batch(int size, ByteBuffer features, IntBuffer labels) {
        this(size, 0, features, labels);
    }

    private static Field labelField(int ofExample) {
        return ofExample == 1 ? Field.int32(LABELS) : Field.int32(LABELS, ofExample);
    }

    private static int[] array(IntBuffer ints) {
        int[] values = new int[ints.remaining()];
        ints.duplicate().get(values);
        return values;
    }

    private static int each(int examples, int values) {
        if (examples == 0 ? values != 0 : values % examples != 0) {
            throw new IllegalArgumentException(
                    "a batch of " + examples + " examples with " + values + " values, which they do not share evenly");
        }
        return examples == 0 ? 1 : values / examples;
    }

    /** New memory for so many examples at most; the batch holds none yet. */
    public static Batch allocate(List<Field> fields, int examples) {
        List<Column> columns =
                fields.stream().map(field -> Column.allocate(field, examples)).toList();
        columns.forEach(column -> column.present(0));
        return new Batch(0, 0, columns);
    }

    public int size() {
        return size;
    }

    public int firstExample() {
        return firstExample;
    }

    public List<Column> columns() {
        return columns;
    }

    public boolean has(String column) {
        return find(column) != null;
    }

    /** @throws IllegalArgumentException if there is none of that name, naming those that there are */
    public Column column(String name) {
        Column column = find(name);
        if (column == null) {
            throw new IllegalArgumentException("the batch has no column '" + name + "'; it has "
                    + columns.stream().map(Column::name).toList());
        }
        return column;
    }

    private Column find(String name) {
        for (int i = 0; i < columns.size(); i++) { // no iterator: this is asked in every step
            if (columns.get(i).name().equals(name)) {
                return columns.get(i);
            }
        }
        return null;
    }

    /** The column of that name. */
    public ByteBuffer features() {
        return column(FEATURES).bytes();
    }

    /** The column of that name, where it holds classes. */
    public IntBuffer labels() {
        return column(LABELS).ints();
    }

    /** Some of the examples, in the same memory. */
    public Batch slice(int start, int examples) {
        List<Column> parts =
                columns.stream().map(column -> column.slice(start, examples)).toList();
        return new Batch(examples, firstExample + start, parts);
    }

    /** Opens all of the columns' memory for writing. */
    public void clear() {
        for (int i = 0; i < columns.size(); i++) {
            columns.get(i).clear();
        }
    }

    /** While all memory is open for writing: copies an example from one place to another. */
    public void move(int from, int to) {
        for (int i = 0; i < columns.size() && from != to; i++) {
            columns.get(i).move(from, to);
        }
    }

    /** The first so many examples have been written. */
    public void present(int examples, int first) {
        size = examples;
        firstExample = first;
        for (int i = 0; i < columns.size(); i++) {
            columns.get(i).present(examples);
        }
    }

    @Override
    public String toString() {
        return size + " examples of " + columns;
    }
}
