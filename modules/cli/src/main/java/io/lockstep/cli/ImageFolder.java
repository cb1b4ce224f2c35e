package io.lockstep.cli;

import io.lockstep.datasets.ImageDataset;
import io.lockstep.datasets.ImageShape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Pictures as files of a folder, without labels: PNG and JPEG, in the order of their names, numbers by their value. */
final class ImageFolder {
    private static final Pattern PICTURE = Pattern.compile(".+\\.(png|jpg|jpeg)");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    private final List<Path> files;

    private ImageFolder(List<Path> files) {
        this.files = files;
    }

    /** @throws UsageException if there is no such folder, or none of its files is a picture */
    static ImageFolder of(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new UsageException("--images " + folder + " is no folder");
        }
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> pictures = all.filter(file -> PICTURE.matcher(
                                    file.getFileName().toString().toLowerCase(Locale.ROOT))
                            .matches())
                    .sorted(Comparator.comparingLong(ImageFolder::number).thenComparing(ImageFolder::id))
                    .toList();
            if (pictures.isEmpty()) {
                throw new UsageException("--images " + folder + " has no .png or .jpg files");
            }
            return new ImageFolder(pictures);
        }
    }

    private static long number(Path file) {
        return NUMBER.matcher(id(file)).matches() ? Long.parseLong(id(file)) : Long.MAX_VALUE;
    }

    /** The name without its ending. */
    private static String id(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.lastIndexOf('.'));
    }

    int size() {
        return files.size();
    }

    List<String> ids() {
        return files.stream().map(ImageFolder::id).toList();
    }

    /**
     * Some of the pictures; their labels are all 0 and mean nothing.
     *
     * @throws IOException naming the file that is no picture, or of another size
     */
    ImageDataset read(int start, int end, ImageShape shape, List<String> classNames) throws IOException {
        byte[] pixels = new byte[(end - start) * shape.size()];
        for (int i = start; i < end; i++) {
            BufferedImage image = ImageIO.read(files.get(i).toFile());
            if (image == null) {
                throw new IOException(files.get(i) + " is no picture");
            }
            if (image.getWidth() != shape.width() || image.getHeight() != shape.height()) {
                throw new IOException(files.get(i) + " is " + image.getHeight() + "x" + image.getWidth()
                        + ", the network was trained on " + shape.height() + "x" + shape.width());
            }
            copy(image, shape, pixels, (i - start) * shape.size());
        }
        return new ImageDataset("images", shape, classNames, pixels, new byte[end - start]);
    }

    /** (C, H, W). */
    private static void copy(BufferedImage image, ImageShape shape, byte[] pixels, int at) {
        for (int y = 0; y < shape.height(); y++) {
            for (int x = 0; x < shape.width(); x++) {
                int rgb = image.getRGB(x, y);
                for (int c = 0; c < shape.channels(); c++) {
                    int value = shape.channels() == 1 ? grey(rgb) : rgb >> 8 * (2 - c) & 0xff;
                    pixels[at + (c * shape.height() + y) * shape.width() + x] = (byte) value;
                }
            }
        }
    }

    private static int grey(int rgb) {
        return ((rgb >> 16 & 0xff) + (rgb >> 8 & 0xff) + (rgb & 0xff) + 1) / 3;
    }
}
