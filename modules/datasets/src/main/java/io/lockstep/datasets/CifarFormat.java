package io.lockstep.datasets;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * CIFAR-10's binary version, as its publisher lays it out (Krizhevsky, "The CIFAR-10 dataset",
 * https://www.cs.toronto.edu/~kriz/cifar.html):
 *
 * <pre>
 *   data_batch_1.bin ... data_batch_5.bin   the training set, in this order
 *   test_batch.bin                          the test set
 *   batches.meta.txt                        a class name a line
 *
 *   record, 3073 bytes   | label | 1024 red | 1024 green | 1024 blue |      rows from the top
 * </pre>
 *
 * <p>Any number of records and of classes up to 256 is read, so that other 32x32 sets can take this form. A file whose
 * length is no whole number of records, or that is shorter than its fellows, is truncated.
 */
public final class CifarFormat {
    static final String NAME = "CIFAR-10 binary";
    static final String META = "batches.meta.txt";
    static final String TEST_FILE = "test_batch.bin";
    static final List<String> TRAIN_FILES =
            List.of("data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin");
    static final ImageShape SHAPE = new ImageShape(3, 32, 32);
    static final int RECORD_BYTES = 1 + SHAPE.size();

    /** Records in each of the publisher's files. */
    private static final long PUBLISHED_RECORDS = 10_000;

    private static final int META_BYTES_LIMIT = 1 << 16;

    private CifarFormat() {}

    static boolean recognises(Map<String, Storage.Entry> files) {
        return files.keySet().stream().anyMatch(name -> TRAIN_FILES.contains(name) || name.equals(TEST_FILE));
    }

    static ImageSource open(Storage storage, String folder, String name, Map<String, Storage.Entry> files)
            throws IOException {
        List<BinaryFile> train = new ArrayList<>();
        for (String file : TRAIN_FILES) {
            train.add(BinaryFile.find(folder, file, files));
        }
        BinaryFile test = BinaryFile.find(folder, TEST_FILE, files);
        long longest = train.stream().mapToLong(BinaryFile::bytes).max().orElseThrow();
        for (BinaryFile file : train) {
            checkLength(file, longest);
        }
        checkLength(test, longest == PUBLISHED_RECORDS * RECORD_BYTES ? longest : 0);
        return new Source(storage, name, classNames(storage, folder, files), train, test);
    }

    /**
     * Writes a set of 32x32x3 images as the publisher does, the metadata last.
     *
     * @param folder created where it is missing
     * @throws IllegalArgumentException when the sets have another shape or differ in their classes
     */
    public static void write(Storage storage, String folder, ImageDataset train, ImageDataset test) throws IOException {
        for (ImageDataset set : List.of(train, test)) {
            if (!set.shape().equals(SHAPE) || !set.classNames().equals(train.classNames())) {
                throw new IllegalArgumentException(
                        set + " cannot be written in CIFAR-10's format: it holds " + SHAPE + " and one set of classes");
            }
        }
        for (int i = 0; i < TRAIN_FILES.size(); i++) {
            var range = ExampleRange.shard(train.examples(), i, TRAIN_FILES.size());
            writeRecords(storage, Storage.join(folder, TRAIN_FILES.get(i)), train.range(range));
        }
        writeRecords(storage, Storage.join(folder, TEST_FILE), test);
        try (OutputStream out = storage.create(Storage.join(folder, META))) {
            out.write((String.join("\n", train.classNames()) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void writeRecords(Storage storage, String path, ImageDataset examples) throws IOException {
        byte[] record = new byte[RECORD_BYTES];
        try (var out = new BufferedOutputStream(storage.create(path), 1 << 16)) {
            for (int i = 0; i < examples.examples(); i++) {
                record[0] = (byte) examples.label(i);
                examples.copyPixels(i, record, 1);
                out.write(record);
            }
        }
    }

    /** @param siblingBytes length of the longest file beside it, or 0; files differ by at most one record */
    private static void checkLength(BinaryFile file, long siblingBytes) throws DatasetException {
        boolean wholeRecords = file.bytes() % RECORD_BYTES == 0;
        if (wholeRecords && file.bytes() + RECORD_BYTES >= siblingBytes) {
            return;
        }
        long roundedUp = (file.bytes() + RECORD_BYTES - 1) / RECORD_BYTES * RECORD_BYTES;
        throw MalformedDatasetException.truncated(file.path(), Math.max(roundedUp, siblingBytes), file.bytes());
    }

    private static List<String> classNames(Storage storage, String folder, Map<String, Storage.Entry> files)
            throws IOException {
        BinaryFile meta = BinaryFile.find(folder, META, files);
        if (meta.bytes() > META_BYTES_LIMIT) {
            throw new MalformedDatasetException(
                    meta.path() + " has " + meta.bytes() + " bytes; a list of class names is expected");
        }
        try (InputStream in = storage.open(meta.path())) {
            String text = new String(in.readNBytes(META_BYTES_LIMIT), StandardCharsets.UTF_8);
            List<String> names = text.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (names.isEmpty() || names.size() > 256) {
                throw new MalformedDatasetException(
                        meta.path() + " names " + names.size() + " classes; 1 to 256 are possible");
            }
            return names;
        }
    }

    /** Records counted over all files of a split. */
    private record Source(
            Storage storage, String name, List<String> classNames, List<BinaryFile> train, BinaryFile test)
            implements ImageSource {
        @Override
        public String format() {
            return NAME;
        }

        @Override
        public ImageShape shape() {
            return SHAPE;
        }

        @Override
        public int examples(Split split) {
            long bytes = files(split).stream().mapToLong(BinaryFile::bytes).sum();
            return Math.toIntExact(bytes / RECORD_BYTES);
        }

        @Override
        public ImageDataset read(Split split, ExampleRange range) throws IOException {
            if (range.end() > examples(split)) {
                throw new IndexOutOfBoundsException(range + " of " + examples(split) + " examples");
            }
            byte[] pixels = ImageDataset.allocatePixels(name, SHAPE, range.size());
            byte[] labels = new byte[range.size()];
            int fileStart = 0;
            for (BinaryFile file : files(split)) {
                int fileEnd = fileStart + (int) (file.bytes() / RECORD_BYTES);
                int start = Math.max(range.start(), fileStart);
                int end = Math.min(range.end(), fileEnd);
                if (start < end) {
                    var inFile = new ExampleRange(start - fileStart, end - fileStart);
                    readRecords(file, inFile, pixels, labels, start - range.start());
                }
                fileStart = fileEnd;
            }
            return new ImageDataset(name, SHAPE, classNames, pixels, labels);
        }

        private void readRecords(BinaryFile file, ExampleRange records, byte[] pixels, byte[] labels, int to)
                throws IOException {
            try (var in = file.openAt(storage, (long) records.start() * RECORD_BYTES)) {
                for (int i = 0; i < records.size(); i++) {
                    in.read(labels, to + i, 1);
                    in.read(pixels, (to + i) * SHAPE.size(), SHAPE.size());
                    int label = labels[to + i] & 0xff;
                    if (label >= classes()) {
                        throw new MalformedDatasetException(file.path() + ": record " + (records.start() + i)
                                + " has label " + label + "; the classes are 0 to " + (classes() - 1));
                    }
                }
            }
        }

        private List<BinaryFile> files(Split split) {
            return split == Split.TRAIN ? train : List.of(test);
        }
    }
}
