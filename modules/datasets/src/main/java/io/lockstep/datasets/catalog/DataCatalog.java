package io.lockstep.datasets.catalog;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.NearestName;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.formats.DataFolder;
import io.lockstep.datasets.formats.DataFormat;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.datasets.formats.FoundSet;
import io.lockstep.datasets.storage.FileNames;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.datasets.storage.TarGzStorage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Resolves {@code --data NAME|PATH|URI}.
 *
 * <p>A known name is one of {@link NamedSet}s: generated, or in a folder of the data home ({@code data fetch} puts it there).
 * Anything with a {@code /}, or the name of a folder that exists, is a path; what format a folder has is told by files that
 * only this {@link DataFormat} has, and a path may end as the files of one do that are sets by themselves. What {@link
 * Storage#isHidden} is true of is no data; a folder with sets of two formats, or of none, is refused with what was found.
 */
public final class DataCatalog {
    /** What stands before a root folder's slash: nothing is listed there. */
    private static final Pattern ROOT = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:(//[^/]*)?");

    private final Storage storage;
    private final String dataHome;
    private final FormatOptions options;

    /** With text in examples of 64 characters, and pictures as they are. */
    public DataCatalog(Storage storage, String dataHome) {
        this(storage, dataHome, FormatOptions.DEFAULT);
    }

    /** With pictures as they are. */
    public DataCatalog(Storage storage, String dataHome, TextOptions texts) {
        this(storage, dataHome, FormatOptions.DEFAULT.withTexts(texts));
    }

    /**
     * @param dataHome folder of the published sets; need not exist
     * @param options how files become examples
     */
    public DataCatalog(Storage storage, String dataHome, FormatOptions options) {
        this.storage = storage;
        this.dataHome = dataHome;
        this.options = options;
    }

    public static List<String> names() {
        return NamedSet.ALL.stream().map(NamedSet::name).toList();
    }

    /** All that {@link #resolve} takes, for help: names with what they are, and formats. */
    public static String described() {
        return NamedSet.ALL.stream()
                        .map(set -> "`" + set.name() + "` (" + set.meaning() + ")")
                        .collect(Collectors.joining(", "))
                + ", or the path or URI of a folder or file: " + DataFormats.whatIsRead();
    }

    private static Optional<NamedSet> named(String name) {
        return NamedSet.ALL.stream().filter(set -> set.name().equals(name)).findFirst();
    }

    /** Where a published set lies or will lie; {@code name} is one that {@code data fetch} knows. */
    public static String folderName(String name) {
        return NamedSet.ALL.stream()
                .filter(set -> set.published().equals(name) && !set.isGenerated())
                .map(NamedSet::folder)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " is no published set"));
    }

    /**
     * Opens a set; reads no pixels yet.
     *
     * @throws DatasetNotFoundException when the name is unknown, the set is not there, or the folder holds none
     * @throws io.lockstep.datasets.MalformedDatasetException when a file has the wrong length or header
     */
    public DataSource resolve(String nameOrPath) throws IOException {
        Optional<NamedSet> named = named(nameOrPath);
        if (named.isPresent()) {
            NamedSet set = named.get();
            String folder = set.isGenerated() ? "" : publishedFolderOf(set);
            return set.opener().open(new NamedSet.Place(storage, folder, options), set);
        }
        if (isPath(nameOrPath) || storage.exists(nameOrPath)) {
            return openPath(nameOrPath, lastName(nameOrPath));
        }
        throw new DatasetNotFoundException(
                NearestName.unknown("data", nameOrPath, names()) + ", or a path such as ./" + nameOrPath);
    }

    /** Whether it is a path by its form, and so no name. */
    public static boolean isPath(String nameOrPath) {
        return nameOrPath.contains("/") || nameOrPath.contains("\\");
    }

    /** Whether a file or folder of the working directory has the name of a set, and so is not what the name means. */
    public boolean hides(String name) throws IOException {
        return names().contains(name) && storage.exists(name);
    }

    /** What {@code data fetch} calls the set that a name is of. */
    public static String publishedName(String name) {
        return named(name)
                .filter(set -> !set.isGenerated())
                .map(NamedSet::published)
                .orElse(name);
    }

    /** Whether a known name needs no files. */
    public static boolean generated(String name) {
        return named(name).map(NamedSet::isGenerated).orElse(false);
    }

    /** Is it there, as far as can be seen without reading it? */
    public boolean present(String name) throws IOException {
        return generated(name) || storage.exists(Storage.join(dataHome, folderName(publishedName(name))));
    }

    public DatasetDescription describe(String nameOrPath) throws IOException {
        DataSource source = resolve(nameOrPath);
        return DatasetDescription.of(source, source.survey());
    }

    private String publishedFolderOf(NamedSet set) throws IOException {
        String folder = Storage.join(dataHome, set.folder());
        if (!storage.exists(folder)) {
            throw new DatasetNotFoundException(set.published() + " is not in " + folder
                    + ": run `bin/lockstep data fetch "
                    + set.published() + "`, or use `--data shapes`, which needs no download"
                    + (hides(set.published())
                            ? "; for the folder " + set.published() + " that is here, say --data ./" + set.published()
                            : ""));
        }
        return folder;
    }

    private DataSource openPath(String path, String name) throws IOException {
        if (TarGzStorage.isArchive(path)) {
            return openArchive(path, name);
        }
        Optional<DataFormat.SingleFile> file = singleFile(path);
        if (file.isPresent()) {
            return file.get().opener().open(storage, path, name, options);
        }
        DataFolder folder;
        try {
            folder = DataFolder.list(storage, path, name, options);
        } catch (FileNotFoundException e) {
            return openOneOfSeveral(path, name)
                    .orElseThrow(() ->
                            new DatasetNotFoundException(path + ": no such folder; " + DataFormats.singleFiles(), e));
        }
        return open(folder);
    }

    /** What lies in it is looked at as a folder is. */
    private DataSource openArchive(String path, String name) throws IOException {
        try {
            TarGzStorage archive = TarGzStorage.load(storage, path);
            return open(DataFolder.list(archive, archive.root(), name, options));
        } catch (FileNotFoundException e) {
            throw new DatasetNotFoundException(path + ": no such file, or nothing is in it", e);
        }
    }

    private static Optional<DataFormat.SingleFile> singleFile(String path) {
        String lower = path.toLowerCase(Locale.ROOT);
        return DataFormats.ALL.stream()
                .flatMap(format -> format.singleFile().stream())
                .filter(file -> lower.endsWith(file.ending()))
                .findFirst();
    }

    /** A set that has a name of its own in a folder of several: EMNIST's publisher has six in one. */
    private Optional<DataSource> openOneOfSeveral(String path, String set) throws IOException {
        int end = path.lastIndexOf('/');
        if (end < 1
                || !path.substring(end + 1).equals(set)
                || ROOT.matcher(path.substring(0, end)).matches()) {
            return Optional.empty();
        }
        List<FoundSet> beside;
        try {
            beside = find(DataFolder.list(storage, path.substring(0, end), set, options));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
        for (FoundSet each : beside) {
            if (each.itself().filter(itself -> itself.path().equals(path)).isPresent()) {
                return Optional.of(each.opener().open());
            }
        }
        return Optional.empty();
    }

    private static List<FoundSet> find(DataFolder folder) throws IOException {
        List<FoundSet> found = new ArrayList<>();
        for (DataFormat format : DataFormats.ALL) {
            found.addAll(format.find(folder));
        }
        return found;
    }

    /** What a folder is found to be. */
    static DataSource open(DataFolder folder) throws IOException {
        List<FoundSet> found = find(folder);
        if (found.isEmpty()) {
            throw new DatasetNotFoundException(unrecognised(folder));
        }
        if (found.size() > 1) {
            throw new DatasetNotFoundException(ambiguous(folder, found));
        }
        return found.get(0).opener().open();
    }

    private static String unrecognised(DataFolder folder) {
        String has = folder.files().isEmpty()
                ? "nothing is in it, or nothing that begins neither with . nor with _"
                : DataFormats.ALL.stream()
                        .flatMap(format -> format.nearMiss(folder).stream())
                        .findFirst()
                        .orElseGet(() -> "it has " + FileNames.shortened(folder.fileNames()));
        return folder.path() + " holds no data set: " + has + ". What is read: " + DataFormats.whatIsRead()
                + nestedHint(folder);
    }

    private static String ambiguous(DataFolder folder, List<FoundSet> found) {
        List<FoundSet.Alone> named =
                found.stream().flatMap(set -> set.itself().stream()).toList();
        String remedy;
        if (named.size() == found.size()) {
            remedy = "name one of them, such as " + named.get(named.size() - 1).path();
        } else {
            remedy = "give each a folder of its own"
                    + named.stream()
                            .findFirst()
                            .map(set -> ", or name " + set.noun() + " itself, " + set.path())
                            .orElse("");
        }
        return folder.path() + " holds more than one data set: "
                + String.join("; ", found.stream().map(FoundSet::what).toList()) + ". To choose, " + remedy;
    }

    /** A person often names the folder above. */
    private static String nestedHint(DataFolder folder) {
        List<String> known = Stream.concat(
                        NamedSet.ALL.stream().map(NamedSet::folder),
                        DataFormats.ALL.stream().flatMap(format -> format.publishedFolders().stream()))
                .toList();
        return folder.fileNames().stream()
                .filter(known::contains)
                .findFirst()
                .map(nested -> "; did you mean " + folder.file(nested) + "?")
                .orElse("");
    }

    private static String lastName(String path) {
        String[] names = path.split("[/\\\\]+");
        return names.length == 0 || names[names.length - 1].isEmpty() ? path : names[names.length - 1];
    }
}
