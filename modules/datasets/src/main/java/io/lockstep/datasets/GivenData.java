package io.lockstep.datasets;

import java.io.Serializable;
import java.util.List;

/**
 * Sets that a program has already, and that travel to executors as they are.
 *
 * @param train null where a stream is trained on
 * @param stream null where a set is trained on
 */
record GivenData(Dataset train, StreamedDataset stream, Dataset test) implements DataSource, Serializable {
    GivenData {
        List<Field> fields = train != null ? train.fields() : stream.fields();
        if (!fields.equals(test.fields())) {
            throw new IllegalArgumentException(
                    "training examples have " + fields + ", and test examples " + test.fields());
        }
        for (Object travels : new Object[] {train != null ? train : stream, test}) {
            if (!(travels instanceof Serializable)) {
                throw new IllegalArgumentException(travels.getClass().getName()
                        + " must implement java.io.Serializable, as data of a program's own travels to the executors");
            }
        }
    }

    @Override
    public String name() {
        return train != null ? train.name() : stream.name();
    }

    @Override
    public String format() {
        return "a program's own";
    }

    @Override
    public List<Field> fields() {
        return test.fields();
    }

    @Override
    public ImageShape shape() {
        return test.shape();
    }

    @Override
    public List<String> classNames() {
        return test.classNames();
    }

    @Override
    public int labelsOfExample() {
        return test.labelsOfExample();
    }

    @Override
    public int examples(Split split) {
        if (split == Split.TEST) {
            return test.examples();
        }
        return train != null ? train.examples() : UNKNOWN;
    }

    @Override
    public int[] trainClassCounts() {
        return train != null && labelsOfExample() == 1 ? train.classCounts() : new int[0];
    }

    @Override
    public StreamedDataset stream(Split split) {
        return split == Split.TRAIN ? stream : null;
    }

    @Override
    public Dataset read(Split split, ExampleRange range) {
        Dataset whole = split == Split.TRAIN ? train : test;
        return range.equals(ExampleRange.all(whole.examples())) ? whole : new Part(whole, range);
    }

    /** Some of the examples of a set; of its normalisation and classes it has no other idea than the whole. */
    private record Part(Dataset whole, ExampleRange range) implements Dataset {
        Part {
            if (range.end() > whole.examples()) {
                throw new IndexOutOfBoundsException(range + " of " + whole.examples() + " examples");
            }
        }

        @Override
        public String name() {
            return whole.name();
        }

        @Override
        public List<Field> fields() {
            return whole.fields();
        }

        @Override
        public ImageShape shape() {
            return whole.shape();
        }

        @Override
        public List<String> classNames() {
            return whole.classNames();
        }

        @Override
        public int labelsOfExample() {
            return whole.labelsOfExample();
        }

        @Override
        public Normalization normalization() {
            return whole.normalization();
        }

        @Override
        public int examples() {
            return range.size();
        }

        @Override
        public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
            ExampleWriter writer = whole.writer(seed, options, training);
            return new ExampleWriter() {
                @Override
                public void write(int example, long epoch, Batch into, int place) {
                    writer.write(range.start() + example, epoch, into, place);
                }

                @Override
                public List<Field> fields(List<Field> ofSet) {
                    return writer.fields(ofSet);
                }

                @Override
                public FeatureLayout layout() {
                    return writer.layout();
                }
            };
        }
    }
}
