package io.lockstep.datasets.images.changes;

import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.PictureChanges.Policy;
import java.util.List;

/** What RandAugment and TrivialAugment choose from: their papers' operations, as torchvision has them. */
enum PictureOperation {
    IDENTITY,
    SHEAR_X,
    SHEAR_Y,
    TRANSLATE_X,
    TRANSLATE_Y,
    ROTATE,
    BRIGHTNESS,
    COLOR,
    CONTRAST,
    SHARPNESS,
    POSTERIZE,
    SOLARIZE,
    AUTO_CONTRAST,
    EQUALIZE;

    static final List<PictureOperation> ALL = List.of(values());

    /** Whether a magnitude is as good with the other sign. */
    boolean isSigned() {
        return ordinal() >= SHEAR_X.ordinal() && ordinal() <= SHARPNESS.ordinal();
    }

    /** What one of the magnitudes 0 to 30 is of it: torchvision's {@code _augmentation_space}. */
    double magnitude(Policy policy, int bin, ImageShape shape) {
        boolean wide = policy == Policy.TRIVIALAUGMENT;
        return switch (this) {
            case IDENTITY, AUTO_CONTRAST, EQUALIZE -> 0;
            case SHEAR_X, SHEAR_Y -> linear(0, wide ? 0.99f : 0.3f, bin);
            case TRANSLATE_X -> linear(0, wide ? 32 : (float) (150.0 / 331.0 * shape.width()), bin);
            case TRANSLATE_Y -> linear(0, wide ? 32 : (float) (150.0 / 331.0 * shape.height()), bin);
            case ROTATE -> linear(0, wide ? 135 : 30, bin);
            case BRIGHTNESS, COLOR, CONTRAST, SHARPNESS -> linear(0, wide ? 0.99f : 0.9f, bin);
            case POSTERIZE -> 8 - Math.rint(bin / ((Policy.BINS - 1) / (wide ? 6.0 : 4.0)));
            case SOLARIZE -> linear(255, 0, bin);
        };
    }

    /** torch.linspace, which counts from the nearer end. */
    private static double linear(float first, float last, int bin) {
        float step = (last - first) / (Policy.BINS - 1);
        return bin < Policy.BINS / 2 ? first + step * bin : last - step * (Policy.BINS - 1 - bin);
    }

    void apply(byte[] picture, double magnitude, Colours colours, Geometry geometry) {
        switch (this) {
            case IDENTITY -> {}
            case SHEAR_X -> geometry.shearX(picture, magnitude);
            case SHEAR_Y -> geometry.shearY(picture, magnitude);
            case TRANSLATE_X -> geometry.translateX(picture, (int) magnitude);
            case TRANSLATE_Y -> geometry.translateY(picture, (int) magnitude);
            case ROTATE -> geometry.rotate(picture, magnitude);
            case BRIGHTNESS -> colours.brightness(picture, (float) (1 + magnitude));
            case COLOR -> colours.saturation(picture, (float) (1 + magnitude));
            case CONTRAST -> colours.contrast(picture, (float) (1 + magnitude));
            case SHARPNESS -> colours.sharpness(picture, (float) (1 + magnitude));
            case POSTERIZE -> colours.posterize(picture, (int) magnitude);
            case SOLARIZE -> colours.solarize(picture, magnitude);
            case AUTO_CONTRAST -> colours.autoContrast(picture);
            case EQUALIZE -> colours.equalize(picture);
        }
    }
}
