package io.lockstep.datasets.pictures;

import java.io.Serializable;

/**
 * How files of pictures become examples.
 *
 * @param size that all are resized to
 * @param channels 1 (grey) or 3 (colour); 0: as the first picture of each class has them
 * @param background of transparent pixels
 * @param testShare of each class, in (0, 1): kept apart to test on, where a set has no test pictures of its own
 * @param testSeed which ones: another number keeps others apart
 */
public record PictureOptions(Size size, int channels, Background background, double testShare, long testSeed)
        implements Serializable {
    public static final PictureOptions DEFAULT = new PictureOptions(Size.AS_IT_IS, 0, Background.UNKNOWN, 0.1, 0);

    public PictureOptions {
        if (channels != 0 && channels != 1 && channels != 3) {
            throw new IllegalArgumentException("pictures of " + channels + " channels; 1 and 3 can be decoded");
        }
        if (!(testShare > 0 && testShare < 1)) {
            throw new IllegalArgumentException("a share of " + testShare + " to test on; it is between 0 and 1");
        }
    }

    public PictureOptions resizedTo(Size changed) {
        return new PictureOptions(changed, channels, background, testShare, testSeed);
    }

    public PictureOptions withChannels(int changed) {
        return new PictureOptions(size, changed, background, testShare, testSeed);
    }

    public PictureOptions withBackground(Background changed) {
        return new PictureOptions(size, channels, changed, testShare, testSeed);
    }

    public PictureOptions withTest(double share, long seed) {
        return new PictureOptions(size, channels, background, share, seed);
    }

    /** Pixels; {@link #AS_IT_IS} leaves pictures as they are. */
    public record Size(int height, int width) implements Serializable {
        public static final Size AS_IT_IS = new Size(0, 0);

        /** Far above what a network reads. */
        private static final int LARGEST = 1 << 14;

        public Size {
            if (height < 0 || width < 0 || height > LARGEST || width > LARGEST || (height == 0) != (width == 0)) {
                throw new IllegalArgumentException("pictures of " + height + "x" + width);
            }
        }

        public boolean isGiven() {
            return height > 0;
        }

        /** {@code 32x48}: height first, as in a shape. */
        @Override
        public String toString() {
            return height + "x" + width;
        }
    }
}
