package io.lockstep.networks;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Random examples of several inputs and outputs, as DL4J reads them and as the columns of a batch. */
final class ColumnsOfExamples {
    private final int examples;
    private final Random random;
    private final List<Column> columns = new ArrayList<>();
    private final List<INDArray> features = new ArrayList<>();
    private final List<INDArray> featureMasks = new ArrayList<>();
    private final List<INDArray> labels = new ArrayList<>();
    private final List<INDArray> labelMasks = new ArrayList<>();

    ColumnsOfExamples(int examples, long seed) {
        this.examples = examples;
        random = new Random(seed);
    }

    float normal() {
        return (float) random.nextGaussian();
    }

    float positive() {
        return random.nextFloat() + 0.1f;
    }

    /** Between 0 and 1. */
    float share() {
        return 0.1f + 0.8f * random.nextFloat();
    }

    /** 0 or 1. */
    float mark() {
        return random.nextInt(2);
    }

    /** -1 or 1. */
    float sign() {
        return 2 * random.nextInt(2) - 1;
    }

    /** Vectors, images or volumes, which lie in a column as DL4J reads them. */
    ColumnsOfExamples input(String name, int... shape) {
        INDArray array = random(this::normal, shape);
        features.add(array);
        featureMasks.add(null);
        columns.add(Column.ofFloats(Field.float32(name, shape), floats(array)));
        return this;
    }

    /** An image: (height, width, channels) in a column, (channels, height, width) to DL4J. */
    ColumnsOfExamples image(String name, int height, int width, int channels) {
        INDArray array = random(this::normal, height, width, channels);
        features.add(channelsFirst(array));
        featureMasks.add(null);
        columns.add(Column.ofFloats(Field.float32(name, height, width, channels), floats(array)));
        return this;
    }

    /** A sequence: (steps, features) in a column, (features, steps) to DL4J. */
    ColumnsOfExamples sequence(String name, int steps, int width) {
        INDArray array = random(this::normal, steps, width);
        features.add(array.permute(0, 2, 1).dup('c'));
        featureMasks.add(null);
        columns.add(Column.ofFloats(Field.float32(name, steps, width), floats(array)));
        return this;
    }

    /** Of the input told last: the first so many steps of each example are there, at least one. */
    ColumnsOfExamples inputMask(String name, int steps) {
        INDArray mask = Nd4j.zeros(DataType.FLOAT, examples, steps);
        for (int n = 0; n < examples; n++) {
            int there = 1 + random.nextInt(steps);
            for (int t = 0; t < there; t++) {
                mask.putScalar(n, t, 1);
            }
        }
        featureMasks.set(featureMasks.size() - 1, mask);
        columns.add(Column.ofFloats(Field.float32(name, steps), floats(mask)));
        return this;
    }

    /** Numbers that an output is to give, with channels last in the column. */
    ColumnsOfExamples values(String name, Supplier<Float> draw, boolean channelsFirst, int... shape) {
        INDArray array = random(draw, shape);
        labels.add(channelsFirst ? channelsFirst(array) : array);
        labelMasks.add(null);
        columns.add(Column.ofFloats(Field.float32(name, shape), floats(array)));
        return this;
    }

    /** Of each class its probability. */
    ColumnsOfExamples distributions(String name, int classes) {
        INDArray array = random(this::share, classes);
        array.diviColumnVector(array.sum(1));
        labels.add(array);
        labelMasks.add(null);
        columns.add(Column.ofFloats(Field.float32(name, classes), floats(array)));
        return this;
    }

    /** Of the labels told last. */
    ColumnsOfExamples labelMask(String name, int places) {
        INDArray mask = random(this::mark, places);
        labelMasks.set(labelMasks.size() - 1, mask);
        columns.add(Column.ofFloats(Field.float32(name, places), floats(mask)));
        return this;
    }

    /**
     * A class for each place, and for some places none.
     *
     * @param places of an example: none, steps, or height and width
     */
    ColumnsOfExamples classes(String name, int classes, boolean channelsFirst, int... places) {
        int each = Arrays.stream(places).reduce(1, (a, b) -> a * b);
        int[] shape =
                IntStream.concat(Arrays.stream(places), IntStream.of(classes)).toArray();
        INDArray marks = random(() -> 0f, shape);
        INDArray rows = marks.reshape('c', (long) examples * each, classes);
        INDArray mask = Nd4j.ones(DataType.FLOAT, (long) examples * each);
        int[] numbers = new int[examples * each];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = places.length > 0 && random.nextInt(5) == 0 ? -1 : random.nextInt(classes);
            if (numbers[i] < 0) {
                mask.putScalar(i, 0);
            } else {
                rows.putScalar(i, numbers[i], 1);
            }
        }
        labels.add(channelsFirst ? channelsFirst(marks) : marks);
        labelMasks.add(places.length == 0 ? null : shaped(mask, channelsFirst, places));
        columns.add(Column.ofInts(Field.int32(name, places), numbers));
        return this;
    }

    /** Of each cell an object in it and its class, or nothing: (left, top, right, bottom, classes), in cells. */
    ColumnsOfExamples boxes(String name, int height, int width, int classes) {
        INDArray array = Nd4j.zeros(DataType.FLOAT, withBatch(height, width, 4 + classes));
        for (int n = 0; n < examples; n++) {
            for (int h = 0; h < height; h++) {
                for (int w = 0; w < width; w++) {
                    if (random.nextInt(3) == 0) {
                        array.putScalar(new int[] {n, h, w, 0}, w + 0.1f + 0.3f * random.nextFloat());
                        array.putScalar(new int[] {n, h, w, 1}, h + 0.1f + 0.3f * random.nextFloat());
                        array.putScalar(new int[] {n, h, w, 2}, w + 0.6f + 0.3f * random.nextFloat());
                        array.putScalar(new int[] {n, h, w, 3}, h + 0.6f + 0.3f * random.nextFloat());
                        array.putScalar(new int[] {n, h, w, 4 + random.nextInt(classes)}, 1);
                    }
                }
            }
        }
        labels.add(channelsFirst(array));
        labelMasks.add(null);
        columns.add(Column.ofFloats(Field.float32(name, height, width, 4 + classes), floats(array)));
        return this;
    }

    /** Two classes, which one output tells apart. */
    ColumnsOfExamples twoClasses(String name) {
        INDArray marks = random(this::mark, 1);
        labels.add(marks);
        labelMasks.add(null);
        columns.add(Column.ofInts(Field.int32(name), marks.reshape(examples).toIntVector()));
        return this;
    }

    /** (N, T) of steps, (N, H, W) of pixels, and with a channel of its own of voxels. */
    private INDArray shaped(INDArray mask, boolean channelsFirst, int... places) {
        if (places.length <= 2) {
            return mask.reshape('c', withBatch(places));
        }
        int[] channel = {1};
        IntStream shape = channelsFirst
                ? IntStream.concat(IntStream.of(channel), Arrays.stream(places))
                : IntStream.concat(Arrays.stream(places), IntStream.of(channel));
        return mask.reshape('c', withBatch(shape.toArray()));
    }

    private static INDArray channelsFirst(INDArray array) {
        int rank = array.rank();
        int[] order = IntStream.range(0, rank)
                .map(i -> i == 0 ? 0 : i == 1 ? rank - 1 : i - 1)
                .toArray();
        return array.permute(order).dup('c');
    }

    private INDArray random(Supplier<Float> draw, int... shape) {
        INDArray array = Nd4j.create(DataType.FLOAT, withBatch(shape), 'c');
        for (long i = 0; i < array.length(); i++) {
            array.putScalar(i, draw.get());
        }
        return array;
    }

    private long[] withBatch(int... shape) {
        return IntStream.concat(IntStream.of(examples), Arrays.stream(shape))
                .asLongStream()
                .toArray();
    }

    private static float[] floats(INDArray array) {
        return array.dup('c').reshape(array.length()).toFloatVector();
    }

    /** As DL4J's runtime takes them: images in the layout of the network. */
    Batch batch() {
        return new Batch(examples, 0, columns);
    }

    /** As the engine takes them, whose images have their channels last. */
    Batch batchOfChannelsLast() {
        List<Column> turned = new ArrayList<>(columns);
        for (int i = 0; i < columns.size(); i++) {
            Field field = columns.get(i).field();
            for (INDArray array : features) {
                if (field.shape().size() == 3 && array.rank() == 4 && isOf(field, array)) {
                    INDArray last = array.permute(0, 2, 3, 1);
                    Field of = Field.float32(field.name(), (int) last.size(1), (int) last.size(2), (int) last.size(3));
                    turned.set(i, Column.ofFloats(of, floats(last)));
                }
            }
        }
        return new Batch(examples, 0, turned);
    }

    private static boolean isOf(Field field, INDArray array) {
        return field.type() == Field.Type.FLOAT32
                && field.shape().get(0) == array.size(1)
                && field.shape().get(1) == array.size(2)
                && field.shape().get(2) == array.size(3);
    }

    MultiDataSet multiDataSet() {
        return new MultiDataSet(array(features), array(labels), masks(featureMasks), masks(labelMasks));
    }

    private static INDArray[] masks(List<INDArray> masks) {
        return masks.stream().allMatch(mask -> mask == null) ? null : array(masks);
    }

    private static INDArray[] array(List<INDArray> arrays) {
        return arrays.toArray(INDArray[]::new);
    }
}
