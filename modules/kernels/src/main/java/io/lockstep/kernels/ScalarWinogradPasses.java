package io.lockstep.kernels;

import java.nio.ByteBuffer;

/** The definition: products with the matrices. What tests compare with; nothing is faster for it. */
final class ScalarWinogradPasses extends WinogradPasses {
    private static final float S = (float) Math.sqrt(0.5);
    private static final float Q = (float) Math.sqrt(2);

    /** B'. */
    private static final float[][] INPUT = {
        {1, 0, -2.5f, 0, 1, 0},
        {0, -2 * S, -2, S, 1, 0},
        {0, 2 * S, -2, -S, 1, 0},
        {0, -Q / 2, -0.5f, Q, 1, 0},
        {0, Q / 2, -0.5f, -Q, 1, 0},
        {0, 1, 0, -2.5f, 0, 1}
    };

    /** A'. */
    private static final float[][] OUTPUT = {
        {1, 1, 1, 1, 1, 0},
        {0, S, -S, Q, -Q, 0},
        {0, 0.5f, 0.5f, 2, 2, 0},
        {0, S / 2, -S / 2, 2 * Q, -2 * Q, 1}
    };

    /** G. */
    private static final float[][] WEIGHTS = {
        {1, 0, 0},
        {-2 / 3f, -2 * S / 3, -1 / 3f},
        {-2 / 3f, 2 * S / 3, -1 / 3f},
        {1 / 6f, Q / 6, 1 / 3f},
        {1 / 6f, -Q / 6, 1 / 3f},
        {0, 0, 1}
    };

    private static final float[][] OUTPUT_GRADIENT = transposed(OUTPUT);
    private static final float[][] WEIGHTS_GRADIENT = transposed(WEIGHTS);

    /** The element at (row, column) of a square. */
    private interface Square {
        float at(int row, int column);
    }

    private static float[][] transposed(float[][] matrix) {
        float[][] result = new float[matrix[0].length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix[0].length; j++) {
                result[j][i] = matrix[i][j];
            }
        }
        return result;
    }

    /** t square t'. */
    private static float[][] transform(float[][] t, Square square) {
        int size = t[0].length;
        float[][] half = new float[t.length][size];
        for (int i = 0; i < t.length; i++) {
            for (int column = 0; column < size; column++) {
                for (int row = 0; row < size; row++) {
                    half[i][column] += t[i][row] * square.at(row, column);
                }
            }
        }
        float[][] result = new float[t.length][t.length];
        for (int i = 0; i < t.length; i++) {
            for (int j = 0; j < t.length; j++) {
                for (int column = 0; column < size; column++) {
                    result[i][j] += half[i][column] * t[j][column];
                }
            }
        }
        return result;
    }

    private static void putPoints(float[][] square, ByteBuffer to, int at, int pointBytes) {
        for (int point = 0; point < POINTS; point++) {
            to.putFloat(at + point * pointBytes, square[point / REACH][point % REACH]);
        }
    }

    @Override
    void inputTile(float[] x, int xAt, int rowElements, int channels, ByteBuffer v, int vAt, int pointBytes) {
        transformPixels(INPUT, x, xAt, rowElements, channels, v, vAt, pointBytes);
    }

    @Override
    void outputGradientTile(
            float[] dy, int dyAt, int rowElements, int channels, ByteBuffer dm, int dmAt, int pointBytes) {
        transformPixels(OUTPUT_GRADIENT, dy, dyAt, rowElements, channels, dm, dmAt, pointBytes);
    }

    private static void transformPixels(
            float[][] t, float[] x, int xAt, int rowElements, int channels, ByteBuffer v, int vAt, int pointBytes) {
        for (int c = 0; c < channels; c++) {
            int from = xAt + c;
            Square pixels = (row, column) -> x[from + row * rowElements + column * channels];
            putPoints(transform(t, pixels), v, vAt + c * Float.BYTES, pointBytes);
        }
    }

    @Override
    void outputTile(
            ByteBuffer m,
            int mAt,
            int pointBytes,
            int channels,
            ByteBuffer bias,
            int biasAt,
            ByteBuffer y,
            int yAt,
            int rowBytes,
            int pixelBytes) {
        for (int c = 0; c < channels * Float.BYTES; c += Float.BYTES) {
            int from = mAt + c;
            float[][] pixels =
                    transform(OUTPUT, (row, column) -> m.getFloat(from + (row * REACH + column) * pointBytes));
            float added = biasAt < 0 ? 0 : bias.getFloat(biasAt + c);
            for (int row = 0; row < TILE; row++) {
                for (int column = 0; column < TILE; column++) {
                    int to = yAt + c + row * rowBytes + column * pixelBytes;
                    y.putFloat(to, pixels[row][column] + added);
                }
            }
        }
    }

    @Override
    public void weights(
            ByteBuffer w,
            int wAt,
            int elementBytes,
            boolean turned,
            int kernels,
            ByteBuffer u,
            int uAt,
            int pointBytes) {
        int last = KERNEL * KERNEL - 1;
        for (int i = 0; i < kernels; i++) {
            int from = wAt + i * Float.BYTES;
            Square kernel = (row, column) -> {
                int element = row * KERNEL + column;
                return w.getFloat(from + (turned ? last - element : element) * elementBytes);
            };
            putPoints(transform(WEIGHTS, kernel), u, uAt + i * Float.BYTES, pointBytes);
        }
    }

    @Override
    public void weightsGradient(
            ByteBuffer du, int duAt, int pointBytes, int kernels, ByteBuffer dw, int dwAt, int elementBytes) {
        for (int i = 0; i < kernels; i++) {
            int from = duAt + i * Float.BYTES;
            float[][] kernel = transform(
                    WEIGHTS_GRADIENT, (row, column) -> du.getFloat(from + (row * REACH + column) * pointBytes));
            for (int element = 0; element < KERNEL * KERNEL; element++) {
                int to = dwAt + i * Float.BYTES + element * elementBytes;
                dw.putFloat(to, dw.getFloat(to) + kernel[element / KERNEL][element % KERNEL]);
            }
        }
    }
}
