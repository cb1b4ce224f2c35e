package io.lockstep.cli;

import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.pictures.Background;
import io.lockstep.datasets.pictures.PictureDecoder;
import io.lockstep.datasets.pictures.PictureException;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.runs.settings.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Pictures as files of a folder, without labels: PNG and JPEG, in the order of their names, numbers by their value. What
 * {@link Storage#isHidden} is true of is none.
 */
final class ImageFolder {
    private static final Pattern PICTURE = Pattern.compile(".+\\.(png|jpg|jpeg)");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    private final List<Path> files;
    private final List<Path> others;

    private ImageFolder(List<Path> files, List<Path> others) {
        this.files = files;
        this.others = others;
    }

    /** @throws UsageException if there is no such folder, none of its files is a picture, or two have one id */
    static ImageFolder of(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new UsageException("--images " + folder + " is no folder");
        }
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> visible = all.filter(
                            file -> !Storage.isHidden(file.getFileName().toString()))
                    .sorted()
                    .toList();
            List<Path> pictures = visible.stream()
                    .filter(ImageFolder::isPicture)
                    .sorted(Comparator.comparingLong(ImageFolder::number)
                            .thenComparing(ImageFolder::id)
                            .thenComparing(Path::toString))
                    .toList();
            if (pictures.isEmpty()) {
                throw new UsageException(
                        "--images " + folder + " has no .png or .jpg files; what begins with . or _, and"
                                + " what lies in a folder within, is not looked at");
            }
            requireOneIdEach(pictures);
            return new ImageFolder(
                    pictures, visible.stream().filter(file -> !isPicture(file)).toList());
        }
    }

    private static boolean isPicture(Path file) {
        String name = file.getFileName().toString();
        return PICTURE.matcher(name.toLowerCase(Locale.ROOT)).matches() && Files.isRegularFile(file);
    }

    private static void requireOneIdEach(List<Path> sorted) {
        for (int i = 1; i < sorted.size(); i++) {
            if (id(sorted.get(i)).equals(id(sorted.get(i - 1)))) {
                throw new UsageException("--images: " + sorted.get(i - 1) + " and "
                        + sorted.get(i).getFileName() + " would have the same id, " + id(sorted.get(i))
                        + "; rename one of them, or take it away");
            }
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

    /** What lies beside the pictures and is not looked at: other files, and folders. */
    List<Path> others() {
        return others;
    }

    int size() {
        return files.size();
    }

    List<String> ids() {
        return files.stream().map(ImageFolder::id).toList();
    }

    /** As {@link #read(int, int, ImageShape, Background, List)}, without transparent pixels. */
    ImageDataset read(int start, int end, ImageShape shape, List<String> classNames) throws IOException {
        return read(start, end, shape, Background.UNKNOWN, classNames);
    }

    /**
     * Some of the pictures; their labels are all 0 and mean nothing.
     *
     * @param background of transparent pixels
     * @throws MalformedDatasetException naming the file that is no picture, or of another size
     */
    ImageDataset read(int start, int end, ImageShape shape, Background background, List<String> classNames)
            throws IOException {
        var decoder = new PictureDecoder(shape, background);
        byte[] pixels = new byte[(end - start) * shape.size()];
        for (int i = start; i < end; i++) {
            try {
                decoder.decode(Files.readAllBytes(files.get(i)), pixels, (i - start) * shape.size());
            } catch (PictureException e) {
                throw new MalformedDatasetException(files.get(i) + " " + e.getMessage(), e);
            }
        }
        return new ImageDataset("images", shape, classNames, pixels, new byte[end - start]);
    }
}
