package io.lockstep.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The transforms of Winograd's convolution F(4x4, 3x3) (Lavin and Gray 2015, "Fast algorithms for convolutional neural
 * networks"): a tile of 4x4 outputs takes 36 products for each pair of channels, where the definition takes 144.
 *
 * <pre>
 *   y  = A' [ sum over inputs of (G w G') (B' x B) ] A     36 products of matrices: tiles x inputs by inputs x outputs
 *   dw = G' [ sum over tiles of (A dy A') (B' x B) ] G     36 products: outputs x tiles by tiles x inputs
 * </pre>
 *
 * <p>The input's gradient is the convolution of dy with the weights turned by half a circle. The points are 0,
 * +-sqrt(1/2), +-sqrt(2) and infinity. With them the rounding error of y is 1.2e-6 of its spread (root mean squares, 256 inputs
 * above 0), half of what it is with 0, +-1, +-2; sums as defined have 2e-7, and with factors in bfloat16 2.5e-3.
 *
 * <p>Activations are NHWC float32. What is transformed lies (36, tiles, channels), points {@code pointBytes} apart.
 * Buffers are direct and in native order, positions in them in bytes; numbers of channels are multiples of
 * {@link #CHANNELS}. One instance per thread: it owns scratch space.
 */
public abstract sealed class WinogradPasses permits ScalarWinogradPasses, SimdWinogradPasses {
    /** Outputs of a tile, along each side. */
    public static final int TILE = 4;
    /** Inputs of a tile, along each side. */
    public static final int REACH = 6;

    public static final int KERNEL = 3;
    public static final int POINTS = REACH * REACH;
    /** Numbers of channels are multiples of it. */
    public static final int CHANNELS = 16;

    /** A tile that reaches over an image's edge. */
    private ByteBuffer edge = ByteBuffer.allocateDirect(0);

    WinogradPasses() {}

    /** The Vector API's where the JVM has it, otherwise plain loops. */
    public static WinogradPasses create() {
        return VectorModule.isUsed() ? new SimdWinogradPasses() : new ScalarWinogradPasses();
    }

    /** An image's size, and its tiles, which may reach over its lower and right edge. */
    public record Image(int height, int width, int channels) {
        public int tileRows() {
            return (height + TILE - 1) / TILE;
        }

        /** Tiles beside each other. */
        public int tileColumns() {
            return (width + TILE - 1) / TILE;
        }

        private int rowOf(int tile) {
            return tile / tileColumns() * TILE;
        }

        private int columnOf(int tile) {
            return tile % tileColumns() * TILE;
        }

        /** Whether all of a tile's 4x4 pixels are the image's. */
        private boolean holds(int tile) {
            return rowOf(tile) + TILE <= height && columnOf(tile) + TILE <= width;
        }
    }

    /**
     * v = B' x B of each tile of some rows of tiles.
     *
     * @param x (pixels, rowPixels, channels) from where the first tile starts; two rows and columns more than the tiles have
     * @param tileColumns in a row
     */
    public final void input(
            float[] x,
            int rowPixels,
            int channels,
            int tileRows,
            int tileColumns,
            ByteBuffer v,
            int vAt,
            int pointBytes) {
        for (int tile = 0; tile < tileRows * tileColumns; tile++) {
            int from = pixelOf(tile, tileColumns, rowPixels) * channels;
            int to = vAt + tile * channels * Float.BYTES;
            inputTile(x, from, rowPixels * channels, channels, v, to, pointBytes);
        }
    }

    /** The pixel where a tile starts. */
    private static int pixelOf(int tile, int tileColumns, int rowPixels) {
        return (tile / tileColumns * rowPixels + tile % tileColumns) * TILE;
    }

    /**
     * y = A' m A of each tile of some rows of tiles, and the bias.
     *
     * @param channels of the outputs', that m has
     * @param biasAt -1 for none
     * @param yAt of the image's first pixel
     * @param tileRow the first of them in the image
     */
    public final void output(
            ByteBuffer m,
            int mAt,
            int pointBytes,
            int channels,
            ByteBuffer bias,
            int biasAt,
            ByteBuffer y,
            int yAt,
            Image outputs,
            int tileRow,
            int tileRows) {
        int pixelBytes = outputs.channels * Float.BYTES;
        int rowBytes = outputs.width * pixelBytes;
        int first = tileRow * outputs.tileColumns();
        int end = first + tileRows * outputs.tileColumns();
        for (int tile = first; tile < end; tile++) {
            int from = mAt + (tile - first) * channels * Float.BYTES;
            int to = yAt + pixelOf(tile, outputs.tileColumns(), outputs.width) * pixelBytes;
            if (outputs.holds(tile)) {
                outputTile(m, from, pointBytes, channels, bias, biasAt, y, to, rowBytes, pixelBytes);
            } else {
                int bytes = channels * Float.BYTES;
                growEdge(TILE * TILE * bytes);
                outputTile(m, from, pointBytes, channels, bias, biasAt, edge, 0, TILE * bytes, bytes);
                crop(bytes, y, to, outputs, tile);
            }
        }
    }

    private void growEdge(int bytes) {
        if (edge.capacity() < bytes) {
            edge = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        }
    }

    private void crop(int bytes, ByteBuffer y, int yAt, Image outputs, int tile) {
        int rows = Math.min(TILE, outputs.height - outputs.rowOf(tile));
        int columns = Math.min(TILE, outputs.width - outputs.columnOf(tile));
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                int to = (row * outputs.width + column) * outputs.channels * Float.BYTES;
                y.put(yAt + to, edge, (row * TILE + column) * bytes, bytes);
            }
        }
    }

    /**
     * dm = A dy A' of each tile of some rows of tiles.
     *
     * @param dy (pixels, rowPixels, channels) from where the first tile starts
     */
    public final void outputGradient(
            float[] dy,
            int rowPixels,
            int channels,
            int tileRows,
            int tileColumns,
            ByteBuffer dm,
            int dmAt,
            int pointBytes) {
        for (int tile = 0; tile < tileRows * tileColumns; tile++) {
            int from = pixelOf(tile, tileColumns, rowPixels) * channels;
            int to = dmAt + tile * channels * Float.BYTES;
            outputGradientTile(dy, from, rowPixels * channels, channels, dm, to, pointBytes);
        }
    }

    /**
     * u = G w G' of kernels.
     *
     * @param w (3, 3, kernels), elements {@code elementBytes} apart
     * @param turned by half a circle
     * @param u receives (36, kernels)
     */
    public abstract void weights(
            ByteBuffer w,
            int wAt,
            int elementBytes,
            boolean turned,
            int kernels,
            ByteBuffer u,
            int uAt,
            int pointBytes);

    /**
     * dw += G' du G.
     *
     * @param du (36, kernels)
     * @param dw (3, 3, kernels), elements {@code elementBytes} apart
     */
    public abstract void weightsGradient(
            ByteBuffer du, int duAt, int pointBytes, int kernels, ByteBuffer dw, int dwAt, int elementBytes);

    abstract void inputTile(float[] x, int xAt, int rowElements, int channels, ByteBuffer v, int vAt, int pointBytes);

    /** @param biasAt -1 for none */
    abstract void outputTile(
            ByteBuffer m,
            int mAt,
            int pointBytes,
            int channels,
            ByteBuffer bias,
            int biasAt,
            ByteBuffer y,
            int yAt,
            int rowBytes,
            int pixelBytes);

    abstract void outputGradientTile(
            float[] dy, int dyAt, int rowElements, int channels, ByteBuffer dm, int dmAt, int pointBytes);
}
