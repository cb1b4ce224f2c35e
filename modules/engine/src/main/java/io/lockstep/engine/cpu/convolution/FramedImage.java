package io.lockstep.engine.cpu.convolution;

import static io.lockstep.kernels.WinogradPasses.TILE;

import io.lockstep.engine.Shape;
import io.lockstep.kernels.WinogradPasses.Image;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** Copies rows of an image into zeros, so that each tile of a convolution's outputs finds its inputs there. */
final class FramedImage {
    private final Shape shape;
    private final int top;
    private final int left;
    private final int beyond;
    private final int width;

    /**
     * @param top rows of zeros above the image
     * @param outputs whose tiles the copy has to serve
     * @param beyond how many pixels further than its outputs a tile reads, down and to the right
     */
    FramedImage(Shape shape, int top, int left, Image outputs, int beyond) {
        this.shape = shape;
        this.top = top;
        this.left = left;
        this.beyond = beyond;
        width = outputs.tileColumns() * TILE + beyond;
    }

    /** Of the copy that so many rows of tiles need. */
    int elements(int tileRows) {
        return (tileRows * TILE + beyond) * width * shape.channels();
    }

    /** Pixels of a row of the copy. */
    int width() {
        return width;
    }

    /**
     * @param imageAt of the image's first element
     * @param tileRow the first of those that the copy is for
     */
    void copy(FloatBuffer image, int imageAt, int tileRow, int tileRows, float[] to) {
        int channels = shape.channels();
        int columns = Math.min(shape.width(), width - left);
        for (int row = 0; row < tileRows * TILE + beyond; row++) {
            int start = row * width * channels;
            int end = start + width * channels;
            int from = tileRow * TILE + row - top;
            if (from < 0 || from >= shape.height()) {
                Arrays.fill(to, start, end, 0);
            } else {
                int first = start + left * channels;
                int last = first + columns * channels;
                Arrays.fill(to, start, first, 0);
                image.get(imageAt + from * shape.width() * channels, to, first, columns * channels);
                Arrays.fill(to, last, end, 0);
            }
        }
    }
}
