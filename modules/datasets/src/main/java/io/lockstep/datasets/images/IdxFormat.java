package io.lockstep.datasets.images;

import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.formats.DataFolder;
import io.lockstep.datasets.formats.DataFormat;
import io.lockstep.datasets.formats.FoundSet;
import io.lockstep.datasets.storage.BinaryFile;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * MNIST's idx files, gzipped or not (LeCun, Cortes and Burges, "The MNIST database of handwritten digits"):
 *
 * <pre>
 *   train-images-idx3-ubyte   | 0x00000803 | images | rows | columns | bytes, row by row |    numbers of 4 bytes,
 *   train-labels-idx1-ubyte   | 0x00000801 | labels | bytes |                                big-endian
 *   t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte: the test set
 * </pre>
 *
 * <p>Sets made in its image, as Fashion-MNIST and EMNIST are, are read too; their names may begin with the set's, and say
 * {@code test} for {@code t10k}: {@code emnist-letters-test-images-idx3-ubyte.gz}. The classes are those of ten digits, or
 * more where the training labels tell of more. EMNIST's letters begin with 1, so that nothing is of its class 0. Pictures
 * are as the files have them: EMNIST's publisher wrote them column by column, so that they lie on their side, and a network
 * that learned from them expects pictures that do.
 *
 * <p>A header is believed only as far as the file is long.
 */
public final class IdxFormat implements DataFormat {
    static final String NAME = "MNIST idx";

    private static final int IMAGES_MAGIC = 0x803;
    private static final int LABELS_MAGIC = 0x801;
    private static final int IMAGES_HEADER_BYTES = 16;
    private static final int LABELS_HEADER_BYTES = 8;
    private static final int LARGEST_SIDE = 4096;
    /** MNIST's. With fewer examples than classes, some digits have none. */
    private static final int DIGITS = 10;

    private static final Pattern FILE =
            Pattern.compile("(?:(.+)-)?(train|t10k|test)-(?:images[-.]idx3|labels[-.]idx1)-ubyte(?:\\.gz)?");

    @Override
    public String whatIsRead() {
        return "MNIST's and EMNIST's train-images-idx3-ubyte(.gz) and so on";
    }

    @Override
    public List<FoundSet> find(DataFolder folder) {
        return sets(folder.files().keySet()).stream()
                .map(set -> set.isEmpty()
                        ? FoundSet.ofFolder("MNIST's idx files", () -> open(folder, set))
                        : FoundSet.named(
                                "the idx files of " + set, "the set " + set, folder.file(set), () -> open(folder, set)))
                .toList();
    }

    /** What the sets in a folder are called before "-train-images" and the like; "" for a set without such a name. */
    private static SortedSet<String> sets(Set<String> files) {
        SortedSet<String> sets = new TreeSet<>();
        for (String file : files) {
            Matcher matcher = FILE.matcher(file);
            if (matcher.matches()) {
                sets.add(setOf(matcher));
            }
        }
        return sets;
    }

    private static String setOf(Matcher matcher) {
        return matcher.group(1) == null ? "" : matcher.group(1);
    }

    /** Whether a set has files of a split that is called so. */
    private static boolean has(Set<String> files, String set, String split) {
        return files.stream()
                .map(FILE::matcher)
                .anyMatch(file -> file.matches()
                        && setOf(file).equals(set)
                        && file.group(2).equals(split));
    }

    /** @param set one of {@link #sets} */
    private static ImageSource open(DataFolder in, String set) throws IOException {
        Storage storage = in.storage();
        String folder = in.path();
        Map<String, Storage.Entry> files = in.files();
        if (has(files.keySet(), set, "t10k") && has(files.keySet(), set, "test")) {
            throw new MalformedDatasetException(
                    folder + " has two test sets, of files called t10k and test; take one of them away");
        }
        String prefix = set.isEmpty() ? "" : set + "-";
        Part train = Part.open(storage, folder, List.of(prefix + "train"), files);
        Part test = Part.open(storage, folder, List.of(prefix + "t10k", prefix + "test"), files);
        if (!train.shape().equals(test.shape())) {
            throw new MalformedDatasetException(test.images().path() + " has images of " + test.shape() + ", "
                    + train.images().path() + " of " + train.shape());
        }
        int classes = classes(train.scan());
        int highest = test.scan().highest();
        if (highest >= classes) {
            throw new MalformedDatasetException(test.scan().placeOf(highest) + "; the classes that "
                    + train.labels().path() + " tells of are 0 to " + (classes - 1));
        }
        List<String> classNames =
                IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        return new Source(storage, in.name(), classNames, train, test);
    }

    /** Above the digits every label has examples, or the largest is a mistake: it would make classes that nobody has. */
    private static int classes(LabelScan training) throws DatasetException {
        int highest = training.highest();
        for (int label = 1; highest >= DIGITS && label < highest; label++) {
            if (!training.has(label)) {
                throw new MalformedDatasetException(training.placeOf(highest) + ", and none has label " + label
                        + ": above 9, labels must run to the largest without a gap");
            }
        }
        return Math.max(DIGITS, highest + 1);
    }

    /** The two files of a split. */
    private record Part(BinaryFile images, BinaryFile labels, ImageShape shape, int examples, LabelScan scan) {
        static Part open(Storage storage, String folder, List<String> stems, Map<String, Storage.Entry> files)
                throws IOException {
            BinaryFile images = find(folder, stems, "images", "idx3-ubyte", files);
            BinaryFile labels = find(folder, stems, "labels", "idx1-ubyte", files);
            int count;
            ImageShape shape;
            try (var header = images.openAt(storage, 0)) {
                checkMagic(images, header.readInt(), IMAGES_MAGIC);
                count = checkCount(images, header.readInt());
                int rows = header.readInt();
                int columns = header.readInt();
                if (rows < 1 || columns < 1 || rows > LARGEST_SIDE || columns > LARGEST_SIDE) {
                    throw new MalformedDatasetException(images.path() + ": its header tells of images of " + rows
                            + " x " + columns + " pixels; 1 to " + LARGEST_SIDE + " a side are possible");
                }
                shape = new ImageShape(1, rows, columns);
            }
            checkLength(images, IMAGES_HEADER_BYTES + (long) count * shape.size());
            return new Part(images, labels, shape, count, scan(storage, labels, images, count));
        }

        private static LabelScan scan(Storage storage, BinaryFile labels, BinaryFile images, int count)
                throws IOException {
            try (var content = labels.openAt(storage, 0)) {
                checkMagic(labels, content.readInt(), LABELS_MAGIC);
                int labelCount = checkCount(labels, content.readInt());
                if (labelCount != count) {
                    throw new MalformedDatasetException(images.path() + " has " + count + " images, " + labels.path()
                            + " " + labelCount + " labels");
                }
                checkLength(labels, LABELS_HEADER_BYTES + (long) count);
                return new LabelScan(labels.path(), content, count);
            }
        }

        /** The first of the names that is there; a plain file before its gzipped one. */
        private static BinaryFile find(
                String folder, List<String> stems, String what, String type, Map<String, Storage.Entry> files)
                throws DatasetNotFoundException {
            for (String stem : stems) {
                for (String separator : List.of("-", ".")) {
                    String name = stem + "-" + what + separator + type;
                    for (String candidate : List.of(name, name + ".gz")) {
                        if (files.containsKey(candidate)) {
                            return BinaryFile.find(folder, candidate, files);
                        }
                    }
                }
            }
            throw new DatasetNotFoundException(
                    Storage.join(folder, stems.get(0) + "-" + what + "-" + type) + " (or with .gz) is missing");
        }

        private static void checkMagic(BinaryFile file, int found, int expected) throws DatasetException {
            if (found != expected) {
                throw new MalformedDatasetException(String.format(
                        Locale.ROOT,
                        "%s starts with 0x%08x; an idx file of this kind starts with 0x%08x",
                        file.path(),
                        found,
                        expected));
            }
        }

        private static int checkCount(BinaryFile file, int count) throws DatasetException {
            if (count < 0) {
                throw new MalformedDatasetException(
                        file.path() + ": its header tells of " + Integer.toUnsignedLong(count) + " entries");
            }
            return count;
        }

        private static void checkLength(BinaryFile file, long expected) throws DatasetException {
            if (file.contentLimit() < expected) {
                if (file.compressed()) {
                    throw new MalformedDatasetException(file.path() + ": its header tells of " + expected
                            + " bytes, and " + file.bytes() + " bytes of gzip cannot hold as many");
                }
                throw MalformedDatasetException.truncated(file.path(), expected, file.bytes());
            }
            if (!file.compressed() && file.bytes() > expected) {
                throw new MalformedDatasetException(
                        file.path() + " is too long: expected " + expected + " bytes, found " + file.bytes());
            }
        }
    }

    private record Source(Storage storage, String name, List<String> classNames, Part train, Part test)
            implements ImageSource {
        @Override
        public String format() {
            return NAME;
        }

        @Override
        public ImageShape shape() {
            return train.shape();
        }

        @Override
        public int examples(Split split) {
            return part(split).examples();
        }

        @Override
        public ImageDataset read(Split split, ExampleRange range) throws IOException {
            if (range.end() > examples(split)) {
                throw new IndexOutOfBoundsException(range + " of " + examples(split) + " examples");
            }
            BinaryFile images = part(split).images();
            BinaryFile labelFile = part(split).labels();
            byte[] pixels = ImageDataset.allocatePixels(name, shape(), range.size());
            byte[] labels = new byte[range.size()];
            try (var in = images.openAt(storage, IMAGES_HEADER_BYTES + (long) range.start() * shape().size())) {
                in.read(pixels, 0, pixels.length);
                if (range.end() == examples(split)) {
                    in.requireEnd();
                }
            }
            try (var in = labelFile.openAt(storage, LABELS_HEADER_BYTES + (long) range.start())) {
                in.read(labels, 0, labels.length);
            }
            for (int i = 0; i < labels.length; i++) {
                if ((labels[i] & 0xff) >= classes()) {
                    throw new MalformedDatasetException(labelFile.path() + ": record " + (range.start() + i)
                            + " has label " + (labels[i] & 0xff) + "; the classes are 0 to " + (classes() - 1));
                }
            }
            return new ImageDataset(name, shape(), classNames, pixels, labels);
        }

        /** Labels were looked at on opening. */
        @Override
        public void verify() throws IOException {
            for (Part part : List.of(train, test)) {
                try (var in = part.images().openAt(storage, 0)) {
                    in.readThrough(IMAGES_HEADER_BYTES + (long) part.examples() * shape().size());
                    in.requireEnd();
                }
            }
        }

        private Part part(Split split) {
            return split == Split.TRAIN ? train : test;
        }
    }
}
