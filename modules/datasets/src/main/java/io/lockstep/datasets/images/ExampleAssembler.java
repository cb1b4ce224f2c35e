package io.lockstep.datasets.images;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.PictureChanges;
import io.lockstep.datasets.SplitMix64;
import io.lockstep.datasets.images.changes.PictureEditor;
import java.util.Arrays;
import java.util.List;

/**
 * Turns one example's bytes into normalised float32 in a batch's memory, augmented as (seed, epoch, example) say. One
 * thread.
 *
 * <p>Every value is one look-up: {@code table[channel][byte]}. A crop with padding and a flip are a choice of the source
 * row for each row and of the source column for each column:
 *
 * <pre>
 *   padding 2, shift -1 (of -2..2), width 6        x        0  1  2  3  4  5
 *                                  ZERO            column   -  0  1  2  3  4     '-' is black
 *                                  REFLECT         column   1  0  1  2  3  4
 *                                  ZERO, flipped   column   4  3  2  1  0  -
 * </pre>
 */
final class ExampleAssembler implements ExampleWriter {
    private static final long AUGMENTATION_STREAM = 3;
    private static final long MIXTURE_STREAM = 0x6d6978;
    private static final int BLACK = -1;

    private final BytePictures pictures;
    private final BytePictures.Reader reader;
    private final FeatureLayout layout;
    private final float[][] tables;
    private final Augmentation augmentation;
    private final SplitMix64 random = new SplitMix64();
    private final long seed;

    private final int channels;
    private final int height;
    private final int width;
    /** The source of each row and column, or BLACK. */
    private final int[] rows;

    private final int[] columns;
    /** One example, in the batch's layout. */
    private final float[] values;
    /** The same, before another was mixed in. */
    private final float[] own;

    /** Null: nothing is edited. */
    private final PictureEditor editor;
    /** One example's bytes, (C, H, W), once it is cropped and flipped; empty where they are not edited. */
    private final byte[] edited;

    private int otherLabel;
    private float otherShare;

    /** Of pictures as they are tested. */
    ExampleAssembler(BytePictures pictures, long seed, LoaderOptions options, Augmentation augmentation) {
        this(pictures, pictures.reader(seed, false), seed, options, augmentation);
    }

    ExampleAssembler(
            BytePictures pictures,
            BytePictures.Reader reader,
            long seed,
            LoaderOptions options,
            Augmentation augmentation) {
        ImageShape shape = pictures.shape();
        if (options.normalization().channels() != shape.channels()) {
            throw new IllegalArgumentException(
                    "normalization of " + options.normalization().channels() + " channels for images of " + shape);
        }
        augmentation.checkFits(shape);
        this.pictures = pictures;
        this.reader = reader;
        this.layout = options.layout();
        this.tables = options.normalization().tables();
        this.augmentation = augmentation;
        this.seed = AUGMENTATION_STREAM + seed * 0x9e3779b97f4a7c15L;
        this.channels = shape.channels();
        this.height = shape.height();
        this.width = shape.width();
        this.rows = new int[height];
        this.columns = new int[width];
        this.values = new float[shape.size()];
        PictureChanges changes = augmentation.changes();
        this.editor = changes.isNone() ? null : new PictureEditor(shape, changes, this.seed);
        this.edited = new byte[changes.changeBytes() ? shape.size() : 0];
        this.own = new float[mixes() ? shape.size() : 0];
    }

    @Override
    public FeatureLayout layout() {
        return layout;
    }

    @Override
    public List<Field> fields(List<Field> ofSet) {
        Field features = layout == FeatureLayout.NCHW
                ? Field.float32(Batch.FEATURES, channels, height, width)
                : Field.float32(Batch.FEATURES, height, width, channels);
        Field labels = Field.int32(Batch.LABELS);
        return mixes()
                ? List.of(features, labels, Field.int32(Batch.MIXED_LABELS), Field.float32(Batch.MIXED_SHARES))
                : List.of(features, labels);
    }

    @Override
    public void write(int example, long epoch, Batch into, int place) {
        into.labels().put(place, pictures.label(example));
        assemble(example, epoch);
        if (mixes()) {
            mix(example, epoch);
            into.column(Batch.MIXED_LABELS).ints().put(place, otherLabel);
            into.column(Batch.MIXED_SHARES).floats().put(place, otherShare);
        }
        into.column(Batch.FEATURES).floats().put(place * values.length, values);
    }

    private void assemble(int example, long epoch) {
        byte[] pixels = reader.pixels(example, epoch);
        int source = reader.offset(example);
        if (augmentation.isNone()) {
            copy(pixels, source);
        } else {
            augment(pixels, source, example, epoch);
        }
    }

    private boolean mixes() {
        return augmentation.mixup() > 0;
    }

    /** With another one of the whole set, augmented as it is when its own turn comes in this epoch. */
    private void mix(int example, long epoch) {
        random.start(seed + MIXTURE_STREAM, epoch, example);
        int other = random.nextInt(pictures.examples());
        double share = random.nextBeta(augmentation.mixup());
        otherShare = (float) Math.min(share, 1 - share);
        otherLabel = pictures.label(other);
        System.arraycopy(values, 0, own, 0, own.length);
        assemble(other, epoch);
        for (int i = 0; i < own.length; i++) {
            values[i] = (1 - otherShare) * own[i] + otherShare * values[i];
        }
    }

    private void copy(byte[] pixels, int source) {
        int plane = height * width;
        int stride = layout == FeatureLayout.NCHW ? 1 : channels;
        for (int c = 0; c < channels; c++) {
            float[] table = tables[c];
            int from = source + c * plane;
            int to = layout == FeatureLayout.NCHW ? c * plane : c;
            for (int p = 0; p < plane; p++) {
                values[to] = table[pixels[from + p] & 0xff];
                to += stride;
            }
        }
    }

    private void augment(byte[] pixels, int source, int example, long epoch) {
        random.start(seed, epoch, example);
        // every number is drawn whatever the options are: switching one on leaves the others' choices as they were
        int shiftY = random.nextInt(2 * augmentation.cropPadding() + 1) - augmentation.cropPadding();
        int shiftX = random.nextInt(2 * augmentation.cropPadding() + 1) - augmentation.cropPadding();
        boolean flip = random.nextInt(2) == 1 && augmentation.horizontalFlip();
        int cutoutY = random.nextInt(height);
        int cutoutX = random.nextInt(width);

        chooseSources(rows, shiftY, false);
        chooseSources(columns, shiftX, flip);
        if (edited.length > 0) {
            gatherBytes(pixels, source);
            editor.edit(edited, example, epoch);
            copy(edited, 0);
        } else {
            gather(pixels, source);
        }
        if (augmentation.cutoutPixels() > 0) {
            cutOut(cutoutY, cutoutX);
        }
        if (augmentation.changes().erasing() > 0) {
            PictureEditor.Box box = editor.erased(example, epoch);
            if (box != null) {
                blank(box.top(), box.top() + box.height(), box.left(), box.left() + box.width());
            }
        }
        if (augmentation.noise() > 0) {
            addNoise();
        }
    }

    private void gatherBytes(byte[] pixels, int source) {
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < height; y++) {
                int from = source + (c * height + rows[y]) * width;
                for (int x = 0; x < width; x++) {
                    boolean black = rows[y] == BLACK || columns[x] == BLACK;
                    edited[(c * height + y) * width + x] = black ? 0 : pixels[from + columns[x]];
                }
            }
        }
    }

    private void gather(byte[] pixels, int source) {
        int stride = layout == FeatureLayout.NCHW ? 1 : channels;
        for (int c = 0; c < channels; c++) {
            for (int y = 0; y < height; y++) {
                int to = layout == FeatureLayout.NCHW ? (c * height + y) * width : y * width * channels + c;
                gatherRow(pixels, source + (c * height + rows[y]) * width, rows[y] == BLACK, tables[c], to, stride);
            }
        }
    }

    /** Drawn channel by channel, so that a layout does not matter. */
    private void addNoise() {
        int plane = height * width;
        int stride = layout == FeatureLayout.NCHW ? 1 : channels;
        for (int c = 0; c < channels; c++) {
            int at = layout == FeatureLayout.NCHW ? c * plane : c;
            for (int p = 0; p < plane; p++) {
                values[at] += (float) (augmentation.noise() * random.nextGaussian());
                at += stride;
            }
        }
    }

    private void gatherRow(byte[] pixels, int from, boolean black, float[] table, int to, int stride) {
        if (black) {
            for (int x = 0; x < width; x++) {
                values[to + x * stride] = table[0];
            }
            return;
        }
        int at = to;
        for (int column : columns) {
            values[at] = column == BLACK ? table[0] : table[pixels[from + column] & 0xff];
            at += stride;
        }
    }

    private void chooseSources(int[] sources, int shift, boolean flip) {
        int length = sources.length;
        for (int i = 0; i < length; i++) {
            int at = i + shift;
            if (at < 0 || at >= length) {
                at = augmentation.padding() == Augmentation.Padding.ZERO ? BLACK : reflect(at, length);
            }
            sources[flip ? length - 1 - i : i] = at;
        }
    }

    private static int reflect(int at, int length) {
        return at < 0 ? -at : 2 * (length - 1) - at;
    }

    private void cutOut(int centreY, int centreX) {
        int half = augmentation.cutoutPixels() / 2;
        int top = Math.max(0, centreY - half);
        int bottom = Math.min(height, centreY - half + augmentation.cutoutPixels());
        int left = Math.max(0, centreX - half);
        int right = Math.min(width, centreX - half + augmentation.cutoutPixels());
        blank(top, bottom, left, right);
    }

    private void blank(int top, int bottom, int left, int right) {
        for (int y = top; y < bottom; y++) {
            if (layout == FeatureLayout.NHWC) {
                Arrays.fill(values, (y * width + left) * channels, (y * width + right) * channels, 0);
                continue;
            }
            for (int c = 0; c < channels; c++) {
                int row = (c * height + y) * width;
                Arrays.fill(values, row + left, row + right, 0);
            }
        }
    }
}
