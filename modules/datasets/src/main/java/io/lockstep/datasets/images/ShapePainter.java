package io.lockstep.datasets.images;

import io.lockstep.datasets.SplitMix64;

/** Paints one image of {@link GeneratedShapes} at a time. One thread. */
final class ShapePainter {
    private static final long STREAM = 2;
    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;

    /** Pixels from the centre to the farthest part of the outline. */
    private static final double SMALLEST_RADIUS = 9;

    private static final double LARGEST_RADIUS = 13;

    /** Least difference of brightness between outline and background, of 255. */
    private static final double CONTRAST = 70;

    /** Blobs behind the outline, and smaller ones before it. */
    private static final int LARGEST_CLUTTER = 3;

    /** Of 255; the noise is triangular, so its standard deviation is this / sqrt(6). */
    private static final double NOISE_AMPLITUDE = 30;

    private final SplitMix64 random = new SplitMix64();
    private final double[] background = new double[3];
    private final double[] foreground = new double[3];
    private final double[] blob = new double[3];
    /** The image before noise, (3, 32, 32), nominally 0 to 255. */
    private final double[] canvas = new double[3 * PLANE];

    void start(long seed, long example) {
        random.start(seed, STREAM, example);
    }

    void paint(ShapeOutline outline, byte[] pixels, int offset) {
        chooseColours();
        paintBackground();
        paintClutter(random.nextInt(LARGEST_CLUTTER + 1), 1.5, 4);
        paintOutline(outline);
        paintClutter(random.nextInt(LARGEST_CLUTTER + 1), 0.7, 1.6);
        addNoise(pixels, offset);
    }

    /** Either may be the brighter one: a weight on a pixel says nothing about the class. */
    private void chooseColours() {
        double difference;
        do {
            randomColour(background);
            randomColour(foreground);
            difference = brightness(foreground) - brightness(background);
        } while (Math.abs(difference) < CONTRAST);
    }

    private void paintBackground() {
        double slopeX = random.nextDouble(-1, 1);
        double slopeY = random.nextDouble(-1, 1);
        for (int c = 0; c < 3; c++) {
            int at = c * PLANE;
            for (int y = 0; y < SIDE; y++) {
                double row = background[c] + slopeY * (y - SIDE / 2);
                for (int x = 0; x < SIDE; x++) {
                    canvas[at++] = row + slopeX * (x - SIDE / 2);
                }
            }
        }
    }

    private void paintOutline(ShapeOutline outline) {
        double radius = random.nextDouble(SMALLEST_RADIUS, LARGEST_RADIUS);
        double margin = radius - 1;
        double centreX = random.nextDouble(margin, SIDE - margin);
        double centreY = random.nextDouble(margin, SIDE - margin);
        double angle = random.nextDouble(0, 2 * StrictMath.PI);
        double cos = StrictMath.cos(angle) / radius;
        double sin = StrictMath.sin(angle) / radius;
        for (int y = 0; y < SIDE; y++) {
            double dy = y + 0.5 - centreY;
            for (int x = 0; x < SIDE; x++) {
                double dx = x + 0.5 - centreX;
                double distance = outline.distance(dx * cos + dy * sin, dy * cos - dx * sin) * radius;
                blend(y * SIDE + x, 0.5 - distance, foreground);
            }
        }
    }

    private void paintClutter(int blobs, double smallest, double largest) {
        for (int i = 0; i < blobs; i++) {
            randomColour(blob);
            double radius = random.nextDouble(smallest, largest);
            double centreX = random.nextDouble(0, SIDE);
            double centreY = random.nextDouble(0, SIDE);
            int top = Math.max(0, (int) (centreY - radius - 1));
            int bottom = Math.min(SIDE, (int) (centreY + radius + 2));
            int left = Math.max(0, (int) (centreX - radius - 1));
            int right = Math.min(SIDE, (int) (centreX + radius + 2));
            for (int y = top; y < bottom; y++) {
                double dy = y + 0.5 - centreY;
                for (int x = left; x < right; x++) {
                    double dx = x + 0.5 - centreX;
                    blend(y * SIDE + x, radius + 0.5 - Math.sqrt(dx * dx + dy * dy), blob);
                }
            }
        }
    }

    /** @param coverage of the pixel by the colour; clamped to [0, 1] */
    private void blend(int pixel, double coverage, double[] colour) {
        if (coverage <= 0) {
            return;
        }
        double share = Math.min(coverage, 1);
        for (int c = 0; c < 3; c++) {
            int at = c * PLANE + pixel;
            canvas[at] += share * (colour[c] - canvas[at]);
        }
    }

    private void addNoise(byte[] pixels, int offset) {
        double scale = NOISE_AMPLITUDE / (1 << 16);
        for (int p = 0; p < PLANE; p++) {
            // 3 x 21 bits: for each channel the difference of two 10-bit numbers
            long bits = random.nextLong();
            for (int c = 0; c < 3; c++) {
                int difference = (int) ((bits & 0x3ff) - ((bits >>> 10) & 0x3ff));
                bits >>>= 21;
                double value = canvas[c * PLANE + p] + difference * 64 * scale;
                pixels[offset + c * PLANE + p] = (byte) Math.max(0, Math.min(255, (int) (value + 0.5)));
            }
        }
    }

    private void randomColour(double[] colour) {
        for (int c = 0; c < 3; c++) {
            colour[c] = random.nextDouble(20, 235);
        }
    }

    private static double brightness(double[] colour) {
        return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
    }
}
