package io.lockstep.datasets.images;

import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.formats.DataFolder;
import io.lockstep.datasets.formats.DataFormat;
import io.lockstep.datasets.formats.FoundSet;
import io.lockstep.datasets.storage.BinaryFile;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.datasets.storage.TextBytes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * CIFAR's binary files, as their publisher lays them out (Krizhevsky, "The CIFAR-10 dataset" and "The CIFAR-100 dataset",
 * https://www.cs.toronto.edu/~kriz/cifar.html): {@link CifarLayout}. CIFAR-10's are
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
public final class CifarFormat implements DataFormat {
    static final ImageShape SHAPE = new ImageShape(3, 32, 32);

    private static final CifarLayout WRITTEN = CifarLayout.CIFAR_10;
    private static final int NAMES_BYTES_LIMIT = 1 << 16;

    public CifarFormat() {}

    @Override
    public String whatIsRead() {
        return "CIFAR-10's " + CifarLayout.CIFAR_10.trainFiles.get(0) + " and so on, CIFAR-100's "
                + CifarLayout.CIFAR_100.trainFiles.get(0) + " and " + CifarLayout.CIFAR_100.testFile;
    }

    @Override
    public List<FoundSet> find(DataFolder folder) {
        return Arrays.stream(CifarLayout.values())
                .filter(layout -> layout.recognises(folder.files().keySet()))
                .map(layout -> FoundSet.ofFolder(layout.title + " files", () -> open(folder, layout)))
                .toList();
    }

    @Override
    public List<String> publishedFolders() {
        return List.of("cifar-10-batches-bin", "cifar-100-binary");
    }

    private static ImageSource open(DataFolder in, CifarLayout layout) throws IOException {
        Storage storage = in.storage();
        String folder = in.path();
        Map<String, Storage.Entry> files = in.files();
        List<BinaryFile> train = new ArrayList<>();
        for (String file : layout.trainFiles) {
            train.add(BinaryFile.find(folder, file, files));
        }
        BinaryFile test = BinaryFile.find(folder, layout.testFile, files);
        long longest = train.stream().mapToLong(BinaryFile::bytes).max().orElseThrow();
        for (BinaryFile file : train) {
            checkLength(file, longest, layout);
        }
        boolean published = longest == layout.publishedTrain * layout.recordBytes();
        checkLength(test, published ? layout.publishedTest * layout.recordBytes() : 0, layout);
        List<List<String>> names = new ArrayList<>();
        for (String file : layout.labelNames) {
            names.add(names(storage, BinaryFile.find(folder, file, files)));
        }
        return new Source(storage, in.name(), layout, names, train, test);
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
        List<String> files = WRITTEN.trainFiles;
        for (int i = 0; i < files.size(); i++) {
            var range = ExampleRange.shard(train.examples(), i, files.size());
            writeRecords(storage, Storage.join(folder, files.get(i)), train.range(range));
        }
        writeRecords(storage, Storage.join(folder, WRITTEN.testFile), test);
        try (OutputStream out = storage.create(Storage.join(folder, WRITTEN.labelNames.get(0)))) {
            out.write((String.join("\n", train.classNames()) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void writeRecords(Storage storage, String path, ImageDataset examples) throws IOException {
        byte[] record = new byte[WRITTEN.recordBytes()];
        try (var out = new BufferedOutputStream(storage.create(path), 1 << 16)) {
            for (int i = 0; i < examples.examples(); i++) {
                record[0] = (byte) examples.label(i);
                examples.copyPixels(i, record, 1);
                out.write(record);
            }
        }
    }

    /** @param siblingBytes length of the longest file beside it, or 0; files differ by at most one record */
    private static void checkLength(BinaryFile file, long siblingBytes, CifarLayout layout) throws DatasetException {
        int recordBytes = layout.recordBytes();
        boolean wholeRecords = file.bytes() % recordBytes == 0;
        if (wholeRecords && file.bytes() + recordBytes >= siblingBytes) {
            return;
        }
        long roundedUp = (file.bytes() + recordBytes - 1) / recordBytes * recordBytes;
        throw MalformedDatasetException.truncated(file.path(), Math.max(roundedUp, siblingBytes), file.bytes());
    }

    private static List<String> names(Storage storage, BinaryFile file) throws IOException {
        if (file.bytes() > NAMES_BYTES_LIMIT) {
            throw new MalformedDatasetException(
                    file.path() + " has " + file.bytes() + " bytes; a list of class names is expected");
        }
        try (InputStream in = storage.open(file.path())) {
            List<String> names = TextBytes.string(in.readNBytes(NAMES_BYTES_LIMIT), file.path())
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (names.isEmpty() || names.size() > 256) {
                throw new MalformedDatasetException(
                        file.path() + " names " + names.size() + " classes; 1 to 256 are possible");
            }
            return names;
        }
    }

    /**
     * Records counted over all files of a split.
     *
     * @param labelNames for each label of a record
     */
    private record Source(
            Storage storage,
            String name,
            CifarLayout layout,
            List<List<String>> labelNames,
            List<BinaryFile> train,
            BinaryFile test)
            implements ImageSource {
        @Override
        public String format() {
            return layout.title;
        }

        @Override
        public ImageShape shape() {
            return SHAPE;
        }

        @Override
        public List<String> classNames() {
            return labelNames.get(labelNames.size() - 1);
        }

        @Override
        public int examples(Split split) {
            return Math.toIntExact(
                    files(split).stream().mapToLong(this::records).sum());
        }

        private long records(BinaryFile file) {
            return file.bytes() / layout.recordBytes();
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
                int fileEnd = fileStart + (int) records(file);
                int start = Math.max(range.start(), fileStart);
                int end = Math.min(range.end(), fileEnd);
                if (start < end) {
                    var inFile = new ExampleRange(start - fileStart, end - fileStart);
                    int to = start - range.start();
                    readRecords(file, inFile, (record, content) -> {
                        labels[to + record] = readLabel(file, inFile.start() + record, content);
                        content.read(pixels, (to + record) * SHAPE.size(), SHAPE.size());
                    });
                }
                fileStart = fileEnd;
            }
            return new ImageDataset(name, SHAPE, classNames(), pixels, labels);
        }

        @Override
        public void verify() throws IOException {
            for (Split split : Split.values()) {
                for (BinaryFile file : files(split)) {
                    readRecords(file, ExampleRange.all((int) records(file)), (record, content) -> {
                        readLabel(file, record, content);
                        content.skip(SHAPE.size());
                    });
                }
            }
        }

        /** What becomes of a record, the first of which is 0. */
        private interface RecordReader {
            void read(int record, BinaryFile.Content content) throws IOException;
        }

        private void readRecords(BinaryFile file, ExampleRange records, RecordReader reader) throws IOException {
            try (var in = file.openAt(storage, (long) records.start() * layout.recordBytes())) {
                for (int i = 0; i < records.size(); i++) {
                    reader.read(i, in);
                }
            }
        }

        /** The last of a record's labels is its class. */
        private byte readLabel(BinaryFile file, int record, BinaryFile.Content content) throws IOException {
            byte[] labels = new byte[layout.labelBytes()];
            content.read(labels, 0, labels.length);
            for (int i = 0; i < labels.length; i++) {
                int label = labels[i] & 0xff;
                int classes = labelNames.get(i).size();
                if (label >= classes) {
                    throw new MalformedDatasetException(file.path() + ": record " + record + " has "
                            + (i < labels.length - 1 ? "coarse " : "") + "label " + label + "; the classes are 0 to "
                            + (classes - 1));
                }
            }
            return labels[labels.length - 1];
        }

        private List<BinaryFile> files(Split split) {
            return split == Split.TRAIN ? train : List.of(test);
        }
    }
}
