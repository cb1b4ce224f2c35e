package io.lockstep.datasets;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
 * <p>Sets made in its image, as Fashion-MNIST is, are read too. A header is believed only as far as the file is long.
 */
final class IdxFormat {
    static final String NAME = "MNIST idx";

    private static final int IMAGES_MAGIC = 0x803;
    private static final int LABELS_MAGIC = 0x801;
    private static final int IMAGES_HEADER_BYTES = 16;
    private static final int LABELS_HEADER_BYTES = 8;
    private static final int LARGEST_SIDE = 4096;
    private static final List<String> CLASS_NAMES =
            IntStream.range(0, 10).mapToObj(Integer::toString).toList();

    private IdxFormat() {}

    static boolean recognises(Map<String, Storage.Entry> files) {
        return files.keySet().stream().anyMatch(name -> name.matches("(train|t10k)-images[-.]idx3-ubyte(\\.gz)?"));
    }

    static ImageSource open(Storage storage, String folder, String name, Map<String, Storage.Entry> files)
            throws IOException {
        Part train = Part.open(storage, folder, "train", files);
        Part test = Part.open(storage, folder, "t10k", files);
        if (!train.shape().equals(test.shape())) {
            throw new MalformedDatasetException(test.images().path() + " has images of " + test.shape() + ", "
                    + train.images().path() + " of " + train.shape());
        }
        return new Source(storage, name, train, test);
    }

    /** The two files of a split. */
    private record Part(BinaryFile images, BinaryFile labels, ImageShape shape, int examples) {
        static Part open(Storage storage, String folder, String prefix, Map<String, Storage.Entry> files)
                throws IOException {
            BinaryFile images = find(folder, prefix + "-images", "idx3-ubyte", files);
            BinaryFile labels = find(folder, prefix + "-labels", "idx1-ubyte", files);
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
            try (var header = labels.openAt(storage, 0)) {
                checkMagic(labels, header.readInt(), LABELS_MAGIC);
                int labelCount = checkCount(labels, header.readInt());
                if (labelCount != count) {
                    throw new MalformedDatasetException(images.path() + " has " + count + " images, " + labels.path()
                            + " " + labelCount + " labels");
                }
            }
            checkLength(labels, LABELS_HEADER_BYTES + (long) count);
            return new Part(images, labels, shape, count);
        }

        private static BinaryFile find(String folder, String stem, String type, Map<String, Storage.Entry> files)
                throws DatasetNotFoundException {
            for (String name : List.of(stem + "-" + type, stem + "." + type)) {
                for (String candidate : List.of(name, name + ".gz")) {
                    if (files.containsKey(candidate)) {
                        return BinaryFile.find(folder, candidate, files);
                    }
                }
            }
            throw new DatasetNotFoundException(Storage.join(folder, stem + "-" + type) + " (or with .gz) is missing");
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

    private record Source(Storage storage, String name, Part train, Part test) implements ImageSource {
        @Override
        public String format() {
            return NAME;
        }

        @Override
        public ImageShape shape() {
            return train.shape();
        }

        @Override
        public List<String> classNames() {
            return CLASS_NAMES;
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
            return new ImageDataset(name, shape(), CLASS_NAMES, pixels, labels);
        }

        private Part part(Split split) {
            return split == Split.TRAIN ? train : test;
        }
    }
}
