package io.lockstep.engine.cpu;

import io.lockstep.engine.Shape;
import io.lockstep.kernels.WinogradPasses;
import io.lockstep.kernels.WinogradPasses.Image;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** Copies an image into zeros, so that each tile of a convolution's outputs finds its inputs there. */
final class FramedImage {
    private final Shape shape;
    private final int top;
    private final int left;
    private final int height;
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
        height = outputs.tileRows() * WinogradPasses.TILE + beyond;
        width = outputs.tileColumns() * WinogradPasses.TILE + beyond;
    }

    int elements() {
        return height * width * shape.channels();
    }

    /** Pixels of a row of the copy. */
    int width() {
        return width;
    }

    /** @param imageAt of the image's first element */
    void copy(FloatBuffer image, int imageAt, float[] to) {
        int channels = shape.channels();
        int columns = Math.min(shape.width(), width - left);
        for (int row = 0; row < height; row++) {
            int start = row * width * channels;
            int end = start + width * channels;
            int from = row - top;
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
