package io.lockstep.datasets.images.folders;

import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.images.ImageSource;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Data sets as folders of PNG files, written by Java's own encoder. */
final class Pngs {
    private Pngs() {}

    static byte[] png(ImageDataset set, int example) throws IOException {
        return encoded(image(set, example), "png");
    }

    static byte[] encoded(BufferedImage image, String format) throws IOException {
        var bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(image, format, bytes)) {
            throw new IOException("no encoder of " + format);
        }
        return bytes.toByteArray();
    }

    static BufferedImage image(ImageDataset set, int example) {
        ImageShape shape = set.shape();
        boolean grey = shape.channels() == 1;
        var image = new BufferedImage(
                shape.width(), shape.height(), grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < shape.height(); y++) {
            for (int x = 0; x < shape.width(); x++) {
                for (int c = 0; c < shape.channels(); c++) {
                    image.getRaster().setSample(x, y, c, set.pixel(example, c, y, x));
                }
            }
        }
        return image;
    }

    /** Of one size and colour. */
    static byte[] plain(int height, int width, boolean grey) throws IOException {
        return encoded(
                new BufferedImage(width, height, grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB),
                "png");
    }

    static void write(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    /** As train/CLASS/00000.png and test/CLASS/00000.png, named by their numbers in the set. */
    static void write(Path folder, ImageSource source) throws IOException {
        for (Split split : Split.values()) {
            ImageDataset set = source.read(split);
            for (int i = 0; i < set.examples(); i++) {
                String name = String.format(
                        Locale.ROOT,
                        "%s/%s/%05d.png",
                        split.name().toLowerCase(Locale.ROOT),
                        set.classNames().get(set.label(i)),
                        i);
                write(folder.resolve(name), png(set, i));
            }
        }
    }
}
