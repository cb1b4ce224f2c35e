package io.lockstep.datasets.images.changes;

import io.lockstep.datasets.ImageShape;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/** Operations on the colours of a picture of bytes, (C, H, W) with 1 or 3 channels, in place. One thread's. */
final class Colours {
    private static final int LARGEST = 255;
    private static final int VALUES = 256;

    private final int channels;
    private final int height;
    private final int width;
    private final int plane;
    private final byte[] scratch;
    private final int[] histogram = new int[VALUES];
    private final byte[] table = new byte[VALUES];

    Colours(ImageShape shape) {
        channels = shape.channels();
        height = shape.height();
        width = shape.width();
        plane = shape.planeSize();
        scratch = new byte[plane];
    }

    /** Pillow's Blend.c, of one value: from {@code other} at factor 0 to {@code own} at 1, and beyond. */
    private static byte blend(int other, int own, float factor) {
        float mixed = other + factor * (own - other);
        return (byte) (mixed <= 0 ? 0 : mixed >= LARGEST ? LARGEST : (int) mixed);
    }

    /** As {@code convert("L")}: ITU-R 601-2 luma in units of 2^-16. */
    private int grey(byte[] picture, int pixel) {
        if (channels == 1) {
            return picture[pixel] & LARGEST;
        }
        int red = picture[pixel] & LARGEST;
        int green = picture[plane + pixel] & LARGEST;
        int blue = picture[2 * plane + pixel] & LARGEST;
        return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
    }

    /** @param factor 0: black, 1: as it is */
    void brightness(byte[] picture, float factor) {
        replace(picture, 0, picture.length, value -> blend(0, value, factor));
    }

    /** @param factor 0: the mean grey, 1: as it is */
    void contrast(byte[] picture, float factor) {
        long sum = 0;
        for (int p = 0; p < plane; p++) {
            sum += grey(picture, p);
        }
        int mean = (int) ((double) sum / plane + 0.5);
        replace(picture, 0, picture.length, value -> blend(mean, value, factor));
    }

    /** @param factor 0: grey, 1: as it is */
    void saturation(byte[] picture, float factor) {
        for (int p = 0; p < plane && channels == 3; p++) {
            int grey = grey(picture, p);
            for (int at = p; at < picture.length; at += plane) {
                picture[at] = blend(grey, picture[at] & LARGEST, factor);
            }
        }
    }

    /** @param factor 0: smoothed, 1: as it is. The border is as it is in either */
    void sharpness(byte[] picture, float factor) {
        for (int c = 0; c < channels; c++) {
            int start = c * plane;
            System.arraycopy(picture, start, scratch, 0, plane);
            for (int y = 1; y < height - 1; y++) {
                for (int x = 1; x < width - 1; x++) {
                    int own = scratch[y * width + x] & LARGEST;
                    picture[start + y * width + x] = blend(smooth(y * width + x, own), own, factor);
                }
            }
        }
    }

    /** ImageFilter.SMOOTH: the mean of 3x3 pixels, of which the middle one counts five times. */
    private int smooth(int at, int own) {
        int sum = 4 * own;
        for (int row = at - width; row <= at + width; row += width) {
            sum += (scratch[row - 1] & LARGEST) + (scratch[row] & LARGEST) + (scratch[row + 1] & LARGEST);
        }
        return (2 * sum + 13) / 26; // rounded: a thirteenth is never half a number
    }

    /** @param bits that are kept of each value */
    void posterize(byte[] picture, int bits) {
        int mask = -(1 << (8 - bits));
        replace(picture, 0, picture.length, value -> value & mask);
    }

    /** Inverts values that are not below the threshold. */
    void solarize(byte[] picture, double threshold) {
        replace(picture, 0, picture.length, value -> value < threshold ? value : LARGEST - value);
    }

    /** Stretches each channel from its least to its greatest value. */
    void autoContrast(byte[] picture) {
        for (int c = 0; c < channels; c++) {
            count(picture, c);
            int low = 0;
            while (histogram[low] == 0) {
                low++;
            }
            int high = LARGEST;
            while (histogram[high] == 0) {
                high--;
            }
            if (high > low) {
                double scale = 255.0 / (high - low);
                double offset = -low * scale;
                replace(picture, c * plane, (c + 1) * plane, value -> clipped((int) (value * scale + offset)));
            }
        }
    }

    /** Makes the values of each channel equally frequent, as far as that goes. */
    void equalize(byte[] picture) {
        for (int c = 0; c < channels; c++) {
            count(picture, c);
            int last = LARGEST;
            while (histogram[last] == 0) {
                last--;
            }
            int step = (plane - histogram[last]) / LARGEST;
            if (step == 0) {
                continue; // one value only, or nearly
            }
            int[] below = new int[VALUES];
            for (int value = 1; value < VALUES; value++) {
                below[value] = below[value - 1] + histogram[value - 1];
            }
            replace(picture, c * plane, (c + 1) * plane, value -> clipped((step / 2 + below[value]) / step));
        }
    }

    private void count(byte[] picture, int channel) {
        Arrays.fill(histogram, 0);
        for (int p = channel * plane; p < (channel + 1) * plane; p++) {
            histogram[picture[p] & LARGEST]++;
        }
    }

    private void replace(byte[] picture, int from, int to, IntUnaryOperator value) {
        for (int i = 0; i < VALUES; i++) {
            table[i] = (byte) value.applyAsInt(i);
        }
        for (int p = from; p < to; p++) {
            picture[p] = table[picture[p] & LARGEST];
        }
    }

    private static int clipped(int value) {
        return Math.max(0, Math.min(LARGEST, value));
    }

    /** @param turn of the colour wheel: -0.5 to 0.5, in the steps of a byte that Pillow's HSV has */
    void hue(byte[] picture, double turn) {
        int shift = (int) (turn * LARGEST);
        for (int p = 0; p < plane && channels == 3; p++) {
            turn(picture, p, shift);
        }
    }

    /** Pillow's Convert.c, rgb2hsv_row and hsv2rgb, with the hue of a byte between them. */
    private void turn(byte[] picture, int p, int shift) {
        int r = picture[p] & LARGEST;
        int g = picture[p + plane] & LARGEST;
        int b = picture[p + 2 * plane] & LARGEST;
        int v = Math.max(r, Math.max(g, b));
        int least = Math.min(r, Math.min(g, b));
        if (v == least) {
            return; // grey has no hue
        }
        float range = v - least;
        int s = clipped((int) ((range / v) * 255.0));
        int h = (hue(r, g, b, v, range) + shift) & LARGEST;
        if (s == 0) {
            picture[p] = picture[p + plane] = picture[p + 2 * plane] = (byte) v;
            return;
        }
        int sector = (int) Math.floor((float) h * 6.0 / 255.0);
        float rest = (float) ((float) h * 6.0 / 255.0 - (float) sector);
        float share = (float) (s / 255.0);
        int low = clipped((int) Math.round(v * (1.0 - share)));
        int falling = clipped((int) Math.round(v * (1.0 - share * rest)));
        int rising = clipped((int) Math.round(v * (1.0 - share * (1.0 - rest))));
        int[] red = {v, falling, low, low, rising, v};
        int[] green = {rising, v, v, falling, low, low};
        int[] blue = {low, low, rising, v, v, falling};
        picture[p] = (byte) red[sector % 6];
        picture[p + plane] = (byte) green[sector % 6];
        picture[p + 2 * plane] = (byte) blue[sector % 6];
    }

    private static int hue(int r, int g, int b, int v, float range) {
        float rc = (v - r) / range;
        float gc = (v - g) / range;
        float bc = (v - b) / range;
        float h;
        if (r == v) {
            h = bc - gc;
        } else if (g == v) {
            h = (float) (2.0 + rc - bc);
        } else {
            h = (float) (4.0 + gc - rc);
        }
        h = (float) ((h / 6.0 + 1.0) % 1.0);
        return clipped((int) (h * 255.0));
    }
}
