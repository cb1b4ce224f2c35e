package io.lockstep.datasets.images;

import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.pictures.BilinearResize;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;

/** The first pictures of each class side by side, as a PNG: a row for each class, in their order. */
public final class PictureGrid {
    private static final int GAP = 2;
    private static final int SMALLEST_SIDE = 56;
    private static final int LARGEST_SIDE = 112;

    private final ImageDataset set;
    private final ImageShape cell;
    private final int columns;

    private PictureGrid(ImageDataset set, int columns) {
        this.set = set;
        this.columns = columns;
        ImageShape shape = set.shape();
        int longest = Math.max(shape.height(), shape.width());
        int zoom = Math.max(1, SMALLEST_SIDE / longest);
        double shrunk = Math.min(1, (double) LARGEST_SIDE / longest);
        cell = new ImageShape(
                shape.channels(), scaled(shape.height(), zoom, shrunk), scaled(shape.width(), zoom, shrunk));
    }

    private static int scaled(int side, int zoom, double shrunk) {
        return Math.max(1, (int) Math.round(side * zoom * shrunk));
    }

    /**
     * Draws what there is of each class.
     *
     * @param columns pictures of each class, at most
     */
    public static byte[] png(ImageDataset set, int columns) throws IOException {
        return new PictureGrid(set, columns).draw();
    }

    private byte[] draw() throws IOException {
        int width = cell.width() + GAP;
        int height = cell.height() + GAP;
        var image = new BufferedImage(columns * width + GAP, set.classes() * height + GAP, BufferedImage.TYPE_INT_RGB);
        int[] drawn = new int[set.classes()];
        for (int example = 0; example < set.examples(); example++) {
            int row = set.label(example);
            if (drawn[row] < columns) {
                put(example, image, GAP + drawn[row] * width, GAP + row * height);
                drawn[row]++;
            }
        }
        var png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    private void put(int example, BufferedImage into, int left, int top) {
        byte[] pixels = resized(example);
        for (int y = 0; y < cell.height(); y++) {
            for (int x = 0; x < cell.width(); x++) {
                int rgb = 0;
                for (int c = 0; c < 3; c++) {
                    int channel = Math.min(c, cell.channels() - 1);
                    rgb = rgb << 8 | pixels[channel * cell.planeSize() + y * cell.width() + x] & 0xff;
                }
                into.setRGB(left + x, top + y, rgb);
            }
        }
    }

    private byte[] resized(int example) {
        ImageShape own = set.shape();
        byte[] pixels = new byte[own.size()];
        set.copyPixels(example, pixels, 0);
        byte[] fitted = new byte[cell.size()];
        for (int c = 0; c < own.channels(); c++) {
            byte[] channel = Arrays.copyOfRange(pixels, c * own.planeSize(), (c + 1) * own.planeSize());
            BilinearResize.resize(
                    channel, own.height(), own.width(), fitted, c * cell.planeSize(), cell.height(), cell.width());
        }
        return fitted;
    }
}
