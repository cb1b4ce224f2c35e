package io.lockstep.datasets.images;

import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.Split;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@code shapes}: a 32x32x3 set of 10 classes that needs no download. Each image shows one outline at a random place,
 * size, angle and pair of colours, on a shaded background, with clutter before and behind it and noise over all.
 *
 * <p>What it is made for: a network that sees pixels one by one cannot learn it, since the outline may be lighter or
 * darker than its background and lies anywhere, while convolutions learn it in some hundred steps. The figures are in this
 * package's description.
 *
 * <p>An example is a function of (seed, split, index), computed with correctly rounded operations and
 * {@link StrictMath} alone: the same bytes on every platform. Labels run 0, 1, ... 9, 0, 1, ...: every range holds the
 * classes evenly.
 */
public final class GeneratedShapes implements ImageSource {
    public static final String NAME = "shapes";
    public static final long DEFAULT_SEED = 1;
    public static final int DEFAULT_TRAIN_EXAMPLES = 10_000;
    public static final int DEFAULT_TEST_EXAMPLES = 2_000;

    private static final int SIDE = 32;
    private static final ImageShape SHAPE = new ImageShape(3, SIDE, SIDE);
    private static final List<String> CLASS_NAMES = Arrays.stream(ShapeOutline.values())
            .map(outline -> outline.name().toLowerCase(Locale.ROOT))
            .toList();

    private final long seed;
    private final int trainExamples;
    private final int testExamples;

    public GeneratedShapes() {
        this(DEFAULT_SEED, DEFAULT_TRAIN_EXAMPLES, DEFAULT_TEST_EXAMPLES);
    }

    public GeneratedShapes(long seed, int trainExamples, int testExamples) {
        if (trainExamples < 0 || testExamples < 0) {
            throw new IllegalArgumentException(trainExamples + " train, " + testExamples + " test examples");
        }
        this.seed = seed;
        this.trainExamples = trainExamples;
        this.testExamples = testExamples;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String format() {
        return "generated";
    }

    @Override
    public ImageShape shape() {
        return SHAPE;
    }

    @Override
    public List<String> classNames() {
        return CLASS_NAMES;
    }

    @Override
    public int examples(Split split) {
        return split == Split.TRAIN ? trainExamples : testExamples;
    }

    @Override
    public ImageDataset read(Split split, ExampleRange range) throws DatasetException {
        if (range.end() > examples(split)) {
            throw new IndexOutOfBoundsException(range + " of " + examples(split) + " examples");
        }
        byte[] pixels = ImageDataset.allocatePixels(NAME, SHAPE, range.size());
        byte[] labels = new byte[range.size()];
        var painter = new ShapePainter();
        for (int i = 0; i < range.size(); i++) {
            int example = range.start() + i;
            labels[i] = (byte) (example % CLASS_NAMES.size());
            painter.start(seed, 2L * example + split.ordinal());
            painter.paint(ShapeOutline.values()[labels[i]], pixels, i * SHAPE.size());
        }
        return new ImageDataset(NAME, SHAPE, CLASS_NAMES, pixels, labels);
    }
}
