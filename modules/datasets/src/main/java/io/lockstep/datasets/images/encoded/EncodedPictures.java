package io.lockstep.datasets.images.encoded;

import io.lockstep.datasets.DataFaultException;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.SplitMix64;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.datasets.images.BytePictures;
import io.lockstep.datasets.images.changes.PictureEditor;
import io.lockstep.datasets.pictures.PictureDecoder;
import io.lockstep.datasets.pictures.PictureException;
import io.lockstep.datasets.pictures.PictureFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Pictures that are decoded whenever they are drawn: of a training picture another part each time, where that is asked for. Any
 * thread may call, and each writer decodes on the thread that it is called by.
 */
final class EncodedPictures implements Dataset, BytePictures {
    private static final long CROP_STREAM = 0x63726f70;
    /** Pictures, spread evenly over the set, whose mean and deviation stand for all. */
    private static final int MEASURED = 1024;

    private final EncodedPictureSource source;
    private final List<? extends EncodedPicture> pictures;
    private final FormatOptions options;
    private final PictureDecoder decoder;

    EncodedPictures(EncodedPictureSource source, List<? extends EncodedPicture> pictures, FormatOptions options) {
        this.source = source;
        this.pictures = pictures;
        this.options = options;
        decoder = source.decoder();
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public ImageShape shape() {
        return source.shape();
    }

    @Override
    public List<Field> fields() {
        return source.fields();
    }

    @Override
    public List<String> classNames() {
        return source.classNames();
    }

    @Override
    public int examples() {
        return pictures.size();
    }

    @Override
    public int label(int example) {
        return pictures.get(example).label();
    }

    @Override
    public int[] classCounts() {
        return source.classCounts(pictures);
    }

    @Override
    public int writerThreads() {
        return options.threads();
    }

    @Override
    public byte[] pixels(int example) {
        byte[] pixels = new byte[shape().size()];
        decode(example, null, pixels);
        return pixels;
    }

    @Override
    public int pixelOffset(int example) {
        return 0;
    }

    @Override
    public Reader reader(long seed, boolean training) {
        SplitMix64 random = training && options.pictures().crop().isRandom() ? new SplitMix64() : null;
        byte[] pixels = new byte[shape().size()];
        return new Reader() {
            @Override
            public byte[] pixels(int example, long epoch) {
                if (random != null) {
                    random.start(seed + CROP_STREAM, epoch, example);
                }
                decode(example, random, pixels);
                return pixels;
            }

            @Override
            public int offset(int example) {
                return 0;
            }
        };
    }

    @Override
    public ExampleWriter writer(long seed, LoaderOptions loading, boolean training) {
        return pictureWriter(seed, loading, training);
    }

    /** @param random what a part of the picture is drawn from; null: as it is tested */
    private void decode(int example, SplitMix64 random, byte[] into) {
        EncodedPicture picture = pictures.get(example);
        try {
            byte[] content = picture.content();
            source.requireColours(PictureFacts.of(content));
            if (random == null) {
                decoder.decode(content, into, 0);
                return;
            }
            PictureDecoder.Whole whole = decoder.whole(content);
            PictureEditor.Box box = PictureEditor.crop(
                    random,
                    whole.shape().height(),
                    whole.shape().width(),
                    options.pictures().crop().leastShare());
            whole.cut(box.top(), box.left(), box.height(), box.width(), shape(), into, 0);
        } catch (PictureException e) {
            throw new DataFaultException(
                    "cannot read training or test data: " + picture.path() + " " + e.getMessage(), e);
        } catch (IOException e) {
            throw new DataFaultException("cannot read training or test data: " + e.getMessage(), e);
        }
    }

    /** Of pictures spread over the set, as they are tested; those that cannot be read are left out, where that is asked for. */
    @Override
    public Normalization normalization() {
        int measured = Math.min(MEASURED, pictures.size());
        AtomicReferenceArray<long[]> sums = new AtomicReferenceArray<>(measured);
        try {
            ParallelFiles.each(
                    measured, options.threads(), i -> measure(i, (int) ((long) i * pictures.size() / measured), sums));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long[] all = new long[2 * shape().channels()];
        long read = 0;
        for (int i = 0; i < measured; i++) {
            for (int c = 0; sums.get(i) != null && c < all.length; c++) {
                all[c] += sums.get(i)[c];
            }
            read += sums.get(i) == null ? 0 : 1;
        }
        if (read == 0) {
            throw new DataFaultException(
                    "cannot read training or test data: none of " + measured + " pictures of " + name()
                            + " that were tried" + " can be decoded",
                    null);
        }
        return Normalization.ofBytes(all, read * shape().planeSize());
    }

    /** @param sums of each channel, then of its squares; null of a picture that cannot be read */
    private void measure(int place, int example, AtomicReferenceArray<long[]> sums) {
        try {
            byte[] pixels = pixels(example);
            int channels = shape().channels();
            int plane = shape().planeSize();
            long[] own = new long[2 * channels];
            for (int i = 0; i < pixels.length; i++) {
                int value = pixels[i] & 0xff;
                own[i / plane] += value;
                own[channels + i / plane] += (long) value * value;
            }
            sums.set(place, own);
        } catch (DataFaultException e) {
            if (!options.skipsUnreadable()) {
                throw e;
            }
        }
    }
}
