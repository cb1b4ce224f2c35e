package io.lockstep.datasets.images.pickles;

import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.formats.DataFolder;
import io.lockstep.datasets.formats.DataFormat;
import io.lockstep.datasets.formats.FoundSet;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.images.ImageSource;
import io.lockstep.datasets.storage.BinaryFile;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The files of CIFAR's Python archives: each a pickle of a dictionary, whose {@code data} are the bytes of pictures, (N, 3072),
 * in the order of the binary files.
 */
public final class PickledCifarFormat implements DataFormat {
    private static final ImageShape SHAPE = new ImageShape(3, 32, 32);
    /** A batch is held twice while it is read. */
    private static final long LONGEST_FILE =
            Math.min(2_000_000_000, Runtime.getRuntime().maxMemory() / 4);

    /** Which files, and what of their dictionaries. */
    private enum Layout {
        CIFAR_10(
                "CIFAR-10 Python",
                List.of("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"),
                "test_batch",
                "batches.meta",
                "labels",
                "label_names"),
        CIFAR_100("CIFAR-100 Python", List.of("train"), "test", "meta", "fine_labels", "fine_label_names");

        private final String title;
        private final List<String> train;
        private final String test;
        private final String meta;
        private final String labels;
        private final String names;

        Layout(String title, List<String> train, String test, String meta, String labels, String names) {
            this.title = title;
            this.train = train;
            this.test = test;
            this.meta = meta;
            this.labels = labels;
            this.names = names;
        }

        /** By files that nothing else has. */
        boolean isIn(DataFolder folder) {
            return isFile(folder, meta)
                    && isFile(folder, test)
                    && train.stream().anyMatch(file -> isFile(folder, file));
        }

        private static boolean isFile(DataFolder folder, String file) {
            return folder.has(file) && !folder.files().get(file).isFolder();
        }
    }

    @Override
    public String whatIsRead() {
        return "CIFAR's Python files (data_batch_1, batches.meta and so on)";
    }

    @Override
    public List<FoundSet> find(DataFolder folder) {
        return Arrays.stream(Layout.values())
                .filter(layout -> layout.isIn(folder))
                .map(layout -> FoundSet.ofFolder(layout.title + " files", () -> open(folder, layout)))
                .toList();
    }

    @Override
    public List<String> publishedFolders() {
        return List.of("cifar-10-batches-py", "cifar-100-python");
    }

    private static ImageSource open(DataFolder in, Layout layout) throws IOException {
        Map<?, ?> meta = dictionary(in.storage(), BinaryFile.find(in.path(), layout.meta, in.files()));
        if (!(meta.get(layout.names) instanceof List<?> names)
                || names.isEmpty()
                || names.size() > 256
                || !names.stream().allMatch(byte[].class::isInstance)) {
            throw new MalformedDatasetException(
                    in.file(layout.meta) + " names no classes, in a list " + layout.names + " of 1 to 256");
        }
        List<Part> train = new ArrayList<>();
        for (String file : layout.train) {
            train.add(part(in, layout, file));
        }
        return new Source(
                in.storage(),
                in.name(),
                layout,
                names.stream().map(Unpickler::text).toList(),
                train,
                List.of(part(in, layout, layout.test)));
    }

    private static Part part(DataFolder in, Layout layout, String file) throws IOException {
        BinaryFile found = BinaryFile.find(in.path(), file, in.files());
        return new Part(found, Batch.read(in.storage(), found, layout).labels.length);
    }

    private static Map<?, ?> dictionary(Storage storage, BinaryFile file) throws IOException {
        if (file.bytes() > LONGEST_FILE) {
            throw new DatasetException(file.path() + " has " + file.bytes() + " bytes, and " + LONGEST_FILE
                    + " are the most that this process can read; give it more memory (worker-memory-mb)");
        }
        try (InputStream in = storage.open(file.path())) {
            if (Unpickler.read(in.readAllBytes(), file.path()) instanceof Map<?, ?> map) {
                return map;
            }
        }
        throw new MalformedDatasetException(file.path() + " holds no dictionary");
    }

    private record Part(BinaryFile file, int examples) {}

    /** One file's pictures. */
    private record Batch(byte[] pixels, byte[] labels) {
        static Batch read(Storage storage, BinaryFile file, Layout layout) throws IOException {
            Map<?, ?> map = dictionary(storage, file);
            if (!(map.get("data") instanceof Unpickler.Bytes data)
                    || !(map.get(layout.labels) instanceof List<?> labels)) {
                throw new MalformedDatasetException(file.path() + " has no " + layout.labels
                        + " and data that is an array of bytes; it has " + map.keySet());
            }
            if (data.content().length != (long) labels.size() * SHAPE.size()) {
                throw new MalformedDatasetException(file.path() + " has " + labels.size() + " labels and "
                        + data.content().length + " bytes of pictures, " + SHAPE.size() + " of which are one");
            }
            byte[] numbers = new byte[labels.size()];
            for (int i = 0; i < numbers.length; i++) {
                if (!(labels.get(i) instanceof Long label) || label < 0 || label > 255) {
                    throw new MalformedDatasetException(file.path() + ": record " + i + " has "
                            + (labels.get(i) instanceof Long number
                                    ? "label " + number
                                    : "something else than a number")
                            + ", which is no class");
                }
                numbers[i] = label.byteValue();
            }
            return new Batch(data.content(), numbers);
        }
    }

    private record Source(
            Storage storage, String name, Layout layout, List<String> classNames, List<Part> train, List<Part> test)
            implements ImageSource {
        @Override
        public String format() {
            return layout.title;
        }

        @Override
        public ImageShape shape() {
            return SHAPE;
        }

        private List<Part> parts(Split split) {
            return split == Split.TRAIN ? train : test;
        }

        @Override
        public int examples(Split split) {
            return parts(split).stream().mapToInt(Part::examples).sum();
        }

        @Override
        public ImageDataset read(Split split, ExampleRange range) throws IOException {
            byte[] pixels = ImageDataset.allocatePixels(name, SHAPE, range.size());
            byte[] labels = new byte[range.size()];
            int first = 0;
            for (Part part : parts(split)) {
                int start = Math.max(range.start(), first);
                int end = Math.min(range.end(), first + part.examples());
                if (start < end) {
                    Batch batch = Batch.read(storage, part.file(), layout);
                    int from = start - first;
                    int to = start - range.start();
                    System.arraycopy(batch.labels, from, labels, to, end - start);
                    System.arraycopy(
                            batch.pixels, from * SHAPE.size(), pixels, to * SHAPE.size(), (end - start) * SHAPE.size());
                }
                first += part.examples();
            }
            for (byte label : labels) {
                if ((label & 0xff) >= classNames.size()) {
                    throw new MalformedDatasetException(name + " has the label " + (label & 0xff)
                            + "; the classes are 0 to " + (classNames.size() - 1));
                }
            }
            return new ImageDataset(name, SHAPE, classNames, pixels, labels);
        }

        /** Labels beyond the classes; opening has seen the rest. */
        @Override
        public void verify() throws IOException {
            for (Split split : Split.values()) {
                read(split);
            }
        }
    }
}
