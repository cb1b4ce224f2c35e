package io.lockstep.datasets.images.changes;

import io.lockstep.datasets.ImageShape;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Moves the pixels of a picture of bytes, (C, H, W), in place: each pixel takes the nearest one of where it comes from, and is
 * black where that is outside. One thread's.
 *
 * <pre>
 *   x of the source = a x + b y + c,   y of the source = d x + e y + f,     of pixels' centres, in units of 2^-16
 * </pre>
 */
final class Geometry {
    private static final int PLACES = 15;

    private final ImageShape shape;
    private final byte[] scratch;

    Geometry(ImageShape shape) {
        this.shape = shape;
        scratch = new byte[shape.size()];
    }

    /** @param slope pixels to the side for each row down */
    void shearX(byte[] picture, double slope) {
        move(picture, 1, slope, 0, 0, 1, 0);
    }

    /** @param slope pixels down for each column to the right */
    void shearY(byte[] picture, double slope) {
        move(picture, 1, 0, 0, slope, 1, 0);
    }

    /** @param pixels to the right */
    void translateX(byte[] picture, int pixels) {
        move(picture, 1, 0, -pixels, 0, 1, 0);
    }

    /** @param pixels down */
    void translateY(byte[] picture, int pixels) {
        move(picture, 1, 0, 0, 0, 1, -pixels);
    }

    /** @param degrees against the clock, around the middle: Pillow's Image.rotate */
    void rotate(byte[] picture, double degrees) {
        double angle = degrees % 360;
        angle = -Math.toRadians(angle < 0 ? angle + 360 : angle);
        double cos = rounded(StrictMath.cos(angle));
        double sin = rounded(StrictMath.sin(angle));
        double x = shape.width() / 2.0;
        double y = shape.height() / 2.0;
        move(picture, cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y);
    }

    private static double rounded(double value) {
        return new BigDecimal(value).setScale(PLACES, RoundingMode.HALF_EVEN).doubleValue();
    }

    /** Pillow's Geometry.c, affine_fixed. */
    private void move(byte[] picture, double a, double b, double c, double d, double e, double f) {
        int stepX = fixed(a);
        int stepY = fixed(d);
        int downX = fixed(b);
        int downY = fixed(e);
        int rowX = fixed(c + a * 0.5 + b * 0.5);
        int rowY = fixed(f + d * 0.5 + e * 0.5);
        int plane = shape.planeSize();
        System.arraycopy(picture, 0, scratch, 0, picture.length);
        for (int y = 0; y < shape.height(); y++) {
            int fromX = rowX;
            int fromY = rowY;
            for (int x = 0; x < shape.width(); x++) {
                int column = fromX >> 16;
                int row = fromY >> 16;
                boolean inside = column >= 0 && column < shape.width() && row >= 0 && row < shape.height();
                for (int channel = 0; channel < shape.channels(); channel++) {
                    int start = channel * plane;
                    picture[start + y * shape.width() + x] = inside ? scratch[start + row * shape.width() + column] : 0;
                }
                fromX += stepX;
                fromY += stepY;
            }
            rowX += downX;
            rowY += downY;
        }
    }

    private static int fixed(double value) {
        return (int) Math.floor(value * 65536.0 + 0.5);
    }
}
