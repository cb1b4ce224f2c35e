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
    public ModelInput {
        if (channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("images of " + channels + "x" + height + "x" + width);
        }
        if (classes < 2) {
            throw new IllegalArgumentException("a classifier tells 2 or more classes apart, not " + classes);
        }
    }
}
