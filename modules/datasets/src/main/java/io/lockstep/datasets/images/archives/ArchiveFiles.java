package io.lockstep.datasets.images.archives;

import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.formats.DataFolder;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which archives are trained on and which are to test on: those called so, {@code val-000.tar} or {@code
 * imagenet-test.tfrecord}, or in a folder called so.
 *
 * @param train paths, in the order of their names
 * @param test paths, in the order of their names
 */
record ArchiveFiles(List<String> train, List<String> test) {
    private static final List<String> TEST = List.of("test", "val", "valid", "validation");
    private static final Pattern TESTED = Pattern.compile("(?:.*[-_.])?(?:test|val|valid|validation)(?:[-_.\\d].*)?");
    private static final Pattern BRACES = Pattern.compile("(.*)\\{(\\d{1,9})\\.\\.(\\d{1,9})}(.*)");
    private static final int MOST_FILES = 1_000_000;

    /** Of a folder; empty lists where it has none. */
    static ArchiveFiles in(DataFolder folder, Predicate<String> isArchive) throws IOException {
        ArchiveFiles files = of(names(folder.storage(), folder.path(), isArchive));
        if (!files.train.isEmpty() || !files.test.isEmpty()) {
            return files;
        }
        List<String> train =
                isFolder(folder, "train") ? names(folder.storage(), folder.file("train"), isArchive) : List.of();
        for (String name : TEST) {
            if (!train.isEmpty() && isFolder(folder, name)) {
                return new ArchiveFiles(train, names(folder.storage(), folder.file(name), isArchive));
            }
        }
        return new ArchiveFiles(train, List.of());
    }

    private static boolean isFolder(DataFolder folder, String name) {
        return folder.has(name) && folder.files().get(name).isFolder();
    }

    private static List<String> names(Storage storage, String folder, Predicate<String> isArchive) throws IOException {
        return storage.list(folder).stream()
                .filter(entry -> !entry.isFolder() && !Storage.isHidden(entry.name()) && isArchive.test(entry.name()))
                .map(entry -> Storage.join(folder, entry.name()))
                .toList();
    }

    private static ArchiveFiles of(List<String> paths) {
        ArchiveFiles files = new ArchiveFiles(new ArrayList<>(), new ArrayList<>());
        for (String path : paths) {
            String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
            (TESTED.matcher(name).matches() ? files.test : files.train).add(path);
        }
        return files.train.isEmpty() ? new ArchiveFiles(files.test, List.of()) : files;
    }

    /** A file, or several by one name: {@code part-{000..009}.tar}, as WebDataset has it. */
    static ArchiveFiles named(String path) throws DatasetNotFoundException {
        Matcher braces = BRACES.matcher(path);
        if (!braces.matches()) {
            return new ArchiveFiles(List.of(path), List.of());
        }
        long first = Long.parseLong(braces.group(2));
        long last = Long.parseLong(braces.group(3));
        if (last - first >= MOST_FILES) {
            throw new DatasetNotFoundException(
                    path + " names " + (last - first + 1) + " files, and " + MOST_FILES + " are the most");
        }
        if (last < first) {
            throw new DatasetNotFoundException(path + " names no files: in {A..B} of braces A is no larger than B");
        }
        List<String> paths = new ArrayList<>();
        for (long i = first; i <= last; i++) {
            String digits = String.format(Locale.ROOT, "%0" + braces.group(2).length() + "d", i);
            paths.add(braces.group(1) + digits + braces.group(4));
        }
        return new ArchiveFiles(paths, List.of());
    }

    /** The first of them; null: there is none. */
    String first() {
        return !train.isEmpty() ? train.get(0) : test.isEmpty() ? null : test.get(0);
    }
}
