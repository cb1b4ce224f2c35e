package io.lockstep.datasets.pictures;

/**
 * Bilinear interpolation with antialiasing: to the bit what Pillow's {@code resize} with {@code BILINEAR} gives, and so torchvision's
 * {@code Resize} of a picture. A pixel of the result is a weighted mean of those below a triangle around its centre, which is
 * one pixel of the larger of the two pictures wide on each side:
 *
 * <pre>
 *   centre = (x + 1/2) scale,   scale = from / to,   reach = max(scale, 1)
 *   weight of pixel p = max(0, 1 - |p + 1/2 - centre| / reach), scaled so that all add up to 1
 * </pre>
 *
 * <p>Rows first, rounded to bytes, then columns; weights are whole multiples of 2^-22 (Pillow's Resample.c).
 */
public final class BilinearResize {
    private static final int PRECISION_BITS = 22;
    private static final int LARGEST = 255;

    private BilinearResize() {}

    /**
     * Resizes one channel.
     *
     * @param from (height, width), row by row
     * @param into receives (toHeight, toWidth) from {@code at} on
     */
    public static void resize(byte[] from, int height, int width, byte[] into, int at, int toHeight, int toWidth) {
        byte[] rows = from;
        if (width != toWidth) {
            rows = new byte[height * toWidth];
            Weights weights = Weights.of(width, toWidth);
            for (int y = 0; y < height; y++) {
                weights.apply(from, y * width, 1, rows, y * toWidth, 1);
            }
        }
        if (height == toHeight) {
            System.arraycopy(rows, 0, into, at, toHeight * toWidth);
            return;
        }
        Weights weights = Weights.of(height, toHeight);
        for (int x = 0; x < toWidth; x++) {
            weights.apply(rows, x, toWidth, into, at + x, toWidth);
        }
    }

    /**
     * Of a line of pixels that becomes another one.
     *
     * @param first of each pixel of the result, the first one that it is made of
     * @param of each, from the first on, in units of 2^-22
     */
    private record Weights(int[] first, int[][] of) {
        static Weights of(int from, int to) {
            double scale = (double) from / to;
            double reach = Math.max(scale, 1);
            Weights weights = new Weights(new int[to], new int[to][]);
            for (int i = 0; i < to; i++) {
                double centre = (i + 0.5) * scale;
                int first = Math.max(0, (int) (centre - reach + 0.5));
                int end = Math.min(from, (int) (centre + reach + 0.5));
                weights.first[i] = first;
                weights.of[i] = triangle(first, end, centre, reach);
            }
            return weights;
        }

        private static int[] triangle(int first, int end, double centre, double reach) {
            double[] exact = new double[end - first];
            double sum = 0;
            for (int k = 0; k < exact.length; k++) {
                exact[k] = Math.max(0, 1 - Math.abs((k + first - centre + 0.5) / reach));
                sum += exact[k];
            }
            int[] rounded = new int[exact.length];
            for (int k = 0; k < exact.length; k++) {
                rounded[k] = (int) (0.5 + exact[k] / sum * (1 << PRECISION_BITS));
            }
            return rounded;
        }

        /** @param step from one pixel of a line to the next */
        void apply(byte[] from, int start, int step, byte[] into, int intoStart, int intoStep) {
            for (int i = 0; i < first.length; i++) {
                int sum = 1 << (PRECISION_BITS - 1);
                int place = start + first[i] * step;
                for (int weight : of[i]) {
                    sum += weight * (from[place] & LARGEST);
                    place += step;
                }
                into[intoStart + i * intoStep] = (byte) Math.min(LARGEST, sum >> PRECISION_BITS);
            }
        }
    }
}
