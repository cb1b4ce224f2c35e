package io.lockstep.runs.tables;

import io.lockstep.datasets.storage.Storage;
import io.lockstep.runs.settings.TableSettings;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;

/**
 * A table that Spark reads.
 *
 * @param path a file, or a folder of them, which may lie in folders {@code column=value}
 */
record TableSource(Format format, String path) {
    /** The longest beginning that tells a format. */
    private static final int MAGIC_BYTES = 4;

    private static final int MOST_FOLDERS = 8;
    static final String TRAIN = "train";
    static final String TEST = "test";

    /** How a table is stored; Spark calls it by the same word. */
    enum Format {
        PARQUET("PAR1", ".parquet"),
        ORC("ORC", ".orc"),
        AVRO("Obj\u0001", ".avro"),
        CSV("", ".csv", ".tsv"),
        JSON("", ".jsonl", ".ndjson", ".json");

        private final byte[] magic;
        private final List<String> endings;

        Format(String magic, String... endings) {
            this.magic = magic.getBytes(StandardCharsets.US_ASCII);
            this.endings = List.of(endings);
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private boolean hasMagic() {
            return magic.length > 0;
        }

        private boolean isOf(String fileName) {
            String plain = fileName.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst|snappy|lz4|deflate)$", "");
            return endings.stream().anyMatch(plain::endsWith);
        }
    }

    /** {@code parquet:PATH} by its word, and a path by what is there; empty if it is no table. */
    static Optional<TableSource> find(String data, Storage storage) throws IOException {
        Optional<TableSource> named = named(data);
        if (named.isPresent() || !data.contains("/") && !storage.exists(data)) {
            return named;
        }
        Optional<Format> found = format(data, storage);
        if (found.isEmpty()) {
            found = format(Storage.join(data, TRAIN), storage);
        }
        return found.map(format -> new TableSource(format, data));
    }

    /** By its word alone. */
    static Optional<TableSource> named(String data) {
        Matcher matcher = TableSettings.NAMED.matcher(data);
        return matcher.matches()
                ? Optional.of(
                        new TableSource(Format.valueOf(matcher.group(1).toUpperCase(Locale.ROOT)), matcher.group(2)))
                : Optional.empty();
    }

    private static Optional<Format> format(String path, Storage storage) throws IOException {
        Optional<Format> told = byName(path);
        if (told.isPresent()) {
            return told; // of a folder too, as Spark writes them
        }
        Optional<String> first = firstFile(path, storage, 0);
        return first.isEmpty() ? Optional.empty() : byName(first.get()).or(() -> byContent(first.get(), storage));
    }

    private static Optional<Format> byName(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return Arrays.stream(Format.values())
                .filter(format -> format.isOf(name))
                .findFirst();
    }

    private static Optional<Format> byContent(String file, Storage storage) {
        byte[] begins;
        try (InputStream in = storage.open(file)) {
            begins = in.readNBytes(MAGIC_BYTES);
        } catch (IOException e) {
            return Optional.empty(); // whoever reads it as something else tells why it cannot
        }
        return Arrays.stream(Format.values())
                .filter(format ->
                        format.hasMagic() && Arrays.equals(Arrays.copyOf(begins, format.magic.length), format.magic))
                .findFirst();
    }

    /**
     * The first file of a folder, in folders {@code column=value} too; empty if other folders or files of other formats are
     * beside it: a list of names beside pictures is no table.
     */
    private static Optional<String> firstFile(String folder, Storage storage, int depth) throws IOException {
        List<Storage.Entry> entries;
        try {
            entries = storage.list(folder).stream()
                    .filter(entry -> !Storage.isHidden(entry.name()))
                    .toList();
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
        boolean partitions = entries.stream()
                .allMatch(entry -> entry.isFolder() && entry.name().contains("="));
        boolean files = entries.stream().noneMatch(Storage.Entry::isFolder)
                && entries.stream()
                                .map(entry -> byName(entry.name()))
                                .distinct()
                                .count()
                        == 1;
        if (entries.isEmpty() || !partitions && !files || depth > MOST_FOLDERS) {
            return Optional.empty();
        }
        String first = Storage.join(folder, entries.get(0).name());
        return partitions ? firstFile(first, storage, depth + 1) : Optional.of(first);
    }

    /** Of its folder {@code train}, where it has one; and of {@code test} for the other split. */
    TableSource part(String folder) {
        return new TableSource(format, Storage.join(path, folder));
    }

    /** As one would write it. */
    @Override
    public String toString() {
        return format.word() + ":" + path;
    }
}
