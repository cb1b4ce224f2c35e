package io.lockstep.modelzoo;

/**
 * What a network is to tell apart.
 *
 * @param channels of an image
 * @param height in pixels
 * @param width in pixels
 * @param classes two or more
 */
public record ModelInput(int channels, int height, int width, int classes) {
    private static final int LARGEST_SMALL_IMAGE = 64;

    public ModelInput {
        if (channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("images of " + channels + "x" + height + "x" + width);
        }
        if (classes < 2) {
            throw new IllegalArgumentException("a classifier tells 2 or more classes apart, not " + classes);
        }
    }

    /** Whether a stem that shrinks pictures of 224 pixels would leave too little of these. */
    boolean isSmall() {
        return Math.max(height, width) <= LARGEST_SMALL_IMAGE;
    }

    /**
     * @param model that is asked for
     * @throws IllegalArgumentException if height or width is less than the least
     */
    void requireAtLeast(int pixels, String model) {
        if (Math.min(height, width) < pixels) {
            throw new IllegalArgumentException(
                    model + " needs images of " + pixels + "x" + pixels + " or more, not " + height + "x" + width);
        }
    }
}
