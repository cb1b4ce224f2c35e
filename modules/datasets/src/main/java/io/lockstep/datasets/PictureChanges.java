package io.lockstep.datasets;

import java.io.Serializable;

/**
 * Which random changes are made to a picture's bytes, and to what comes of them.
 *
 * @param jitter of colours
 * @param policy which operations follow
 * @param operations of RandAugment; its authors' 2
 * @param magnitude of RandAugment, 0 to 30; 9 for ImageNet
 * @param erasing probability that a rectangle of the normalised picture becomes 0: Zhong et al. 2017, "Random Erasing", of
 *     0.02 to 0.33 of its area, with sides in a ratio from 0.3 to 3.3, as torchvision has it
 */
public record PictureChanges(Jitter jitter, Policy policy, int operations, int magnitude, double erasing)
        implements Serializable {
    public static final PictureChanges NONE = new PictureChanges(Jitter.NONE, Policy.NONE, 2, 9, 0);

    public PictureChanges {
        if (operations < 1 || magnitude < 0 || magnitude >= Policy.BINS || !(erasing >= 0 && erasing <= 1)) {
            throw new IllegalArgumentException(
                    operations + " operations of magnitude " + magnitude + ", erasing " + erasing);
        }
    }

    /**
     * Each of the first three is the largest change of a factor that is drawn from 1 - it (0 at least) to 1 + it; they are made
     * in a random order, as torchvision's ColorJitter does.
     *
     * @param hue the largest turn of the colour wheel, at most 0.5
     */
    public record Jitter(double brightness, double contrast, double saturation, double hue) implements Serializable {
        public static final Jitter NONE = new Jitter(0, 0, 0, 0);

        public Jitter {
            if (!(brightness >= 0 && contrast >= 0 && saturation >= 0 && hue >= 0 && hue <= 0.5)) {
                throw new IllegalArgumentException("none is below 0, and the fourth, the hue's, is at most 0.5");
            }
        }

        public boolean isNone() {
            return brightness == 0 && contrast == 0 && saturation == 0 && hue == 0;
        }
    }

    /** How operations are chosen, and how strong each may be. */
    public enum Policy {
        NONE,
        /** Cubuk et al. 2019, "RandAugment": so many operations, all of one magnitude. */
        RANDAUGMENT,
        /** Müller and Hutter 2021, "TrivialAugment", wide: one operation, of any magnitude. */
        TRIVIALAUGMENT;

        /** Of magnitudes, 0 to 30. */
        public static final int BINS = 31;
    }

    public boolean changeBytes() {
        return !jitter.isNone() || policy != Policy.NONE;
    }

    public boolean isNone() {
        return !changeBytes() && erasing == 0;
    }
}
