package io.lockstep.runs.trained;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.networks.compiled.games.GameReplica;
import io.lockstep.networks.games.Adversarial;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.imageio.ImageIO;

/** Pictures that a generator draws, side by side, as a PNG. */
final class SampleGrid {
    private static final int GAP = 2;
    private static final int SMALLEST_SIDE = 56;

    private SampleGrid() {}

    /**
     * @param classes asked for, one a picture, where the generator is told; rows are filled first
     * @param columns in a row
     */
    static byte[] png(GameReplica model, ImageShape shape, int[] classes, int columns, long seed) throws IOException {
        int zoom = Math.max(1, SMALLEST_SIDE / Math.max(shape.height(), shape.width()));
        int width = shape.width() * zoom + GAP;
        int height = shape.height() * zoom + GAP;
        int rows = (classes.length + columns - 1) / columns;
        var image = new BufferedImage(columns * width + GAP, rows * height + GAP, BufferedImage.TYPE_INT_RGB);
        var asked = new Batch(classes.length, 0, Column.ofInts(Field.int32(Batch.LABELS), classes));
        ByteBuffer pictures = model.draw(Adversarial.GENERATED, Adversarial.REAL, asked, seed);
        for (int i = 0; i < classes.length; i++) {
            int left = GAP + i % columns * width;
            int top = GAP + i / columns * height;
            for (int y = 0; y < shape.height() * zoom; y++) {
                for (int x = 0; x < shape.width() * zoom; x++) {
                    image.setRGB(left + x, top + y, colour(pictures, shape, i, y / zoom, x / zoom));
                }
            }
        }
        var png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    private static int colour(ByteBuffer pictures, ImageShape shape, int i, int y, int x) {
        int pixel = ((i * shape.height() + y) * shape.width() + x) * shape.channels();
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
            float value = pictures.getFloat((pixel + Math.min(c, shape.channels() - 1)) * Float.BYTES); // [-1, 1]
            rgb = rgb << 8 | Math.round(Math.max(0, Math.min(1, (value + 1) / 2)) * 255);
        }
        return rgb;
    }
}
