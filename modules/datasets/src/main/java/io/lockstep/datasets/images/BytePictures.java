package io.lockstep.datasets.images;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;

/**
 * Labelled pictures, a byte a value, wherever they lie: what is done to a picture on its way into a batch does not depend on
 * that. Any thread may call.
 */
public interface BytePictures {
    ImageShape shape();

    int examples();

    int label(int example);

    /** An array that holds the example's bytes, (C, H, W), from {@link #pixelOffset} on. For reading only. */
    byte[] pixels(int example);

    int pixelOffset(int example);

    /** What one thread reads pictures by, as they are drawn. */
    interface Reader {
        /** An array that holds the example's bytes as they are in an epoch, until the next call, from {@link #offset} on. For reading only. */
        byte[] pixels(int example, long epoch);

        int offset(int example);
    }

    /** @param training false: every picture as it is tested */
    default Reader reader(long seed, boolean training) {
        return new Reader() {
            @Override
            public byte[] pixels(int example, long epoch) {
                return BytePictures.this.pixels(example);
            }

            @Override
            public int offset(int example) {
                return pixelOffset(example);
            }
        };
    }

    /** See {@link io.lockstep.datasets.Dataset#writer}: writes features and labels, augmented and normalised. */
    default ExampleWriter pictureWriter(long seed, LoaderOptions options, boolean training) {
        return new ExampleAssembler(
                this, reader(seed, training), seed, options, training ? options.augmentation() : Augmentation.NONE);
    }
}
