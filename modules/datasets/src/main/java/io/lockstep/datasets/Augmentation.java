package io.lockstep.datasets;

import java.io.Serializable;

/**
 * Random changes to training images, a function of (seed, epoch, example): the rank that draws an example does not
 * matter, so N ranks x B/n still equal one rank x B.
 *
 * <p>Applied in this order: crop, flip, changes of bytes, normalise, cutout, erasing, noise.
 *
 * @param cropPadding pixels added on every side before a crop of the original size at a random place; 0 is no crop.
 *     CIFAR-10's usual 4 is from He et al. 2015, section 4.2
 * @param padding what the added pixels are
 * @param horizontalFlip mirror left and right with probability 1/2
 * @param cutoutPixels side of a square at a random place that is set to the mean (0 after normalisation), clipped at
 *     the borders; 0 is none. DeVries and Taylor 2017, with 16 for CIFAR-10
 * @param mixup alpha of the Beta(alpha, alpha) distribution that the share of another picture of the set is drawn from, the
 *     smaller of it and its rest; at most 1, 0 is none. {@link Batch#MIXED_SHARES}
 * @param noise standard deviation of normal noise that is added to each normalised value; 0 is none
 * @param changes of colours, operations that a policy chooses, and erased rectangles
 */
public record Augmentation(
        int cropPadding,
        Padding padding,
        boolean horizontalFlip,
        int cutoutPixels,
        double mixup,
        double noise,
        PictureChanges changes)
        implements Serializable {
    /** Without changes to colours and the like. */
    public Augmentation(
            int cropPadding, Padding padding, boolean horizontalFlip, int cutoutPixels, double mixup, double noise) {
        this(cropPadding, padding, horizontalFlip, cutoutPixels, mixup, noise, PictureChanges.NONE);
    }

    /** Without noise, and of one picture alone. */
    public Augmentation(int cropPadding, Padding padding, boolean horizontalFlip, int cutoutPixels) {
        this(cropPadding, padding, horizontalFlip, cutoutPixels, 0, 0);
    }

    public static final Augmentation NONE = new Augmentation(0, Padding.ZERO, false, 0);

    /** Pad by 4, crop, flip: He et al. 2015, section 4.2. */
    public static final Augmentation CROP_AND_FLIP = new Augmentation(4, Padding.ZERO, true, 0);

    public enum Padding {
        /** Black (byte 0, before normalisation), as torchvision's RandomCrop pads. */
        ZERO,
        /** The image mirrored at its border, the border pixel not repeated. */
        REFLECT
    }

    public Augmentation {
        if (cropPadding < 0 || cutoutPixels < 0 || !(noise >= 0) || !(mixup >= 0 && mixup <= 1)) {
            throw new IllegalArgumentException("crop padding " + cropPadding + ", cutout " + cutoutPixels + ", mixup "
                    + mixup + ", noise " + noise);
        }
    }

    public boolean isNone() {
        return cropPadding == 0 && !horizontalFlip && cutoutPixels == 0 && mixup == 0 && noise == 0 && changes.isNone();
    }

    /** @throws IllegalArgumentException if a crop could hold nothing of a picture */
    public void checkFits(ImageShape shape) {
        int shorter = Math.min(shape.height(), shape.width());
        if (padding == Padding.REFLECT && cropPadding >= shorter) {
            throw new IllegalArgumentException(
                    "reflect padding by " + cropPadding + " pixels needs more than that many in " + shape);
        }
        if (padding == Padding.ZERO && cropPadding >= 2 * shorter) {
            throw new IllegalArgumentException("padding by " + cropPadding + " pixels leaves nothing of " + shape);
        }
    }
}
