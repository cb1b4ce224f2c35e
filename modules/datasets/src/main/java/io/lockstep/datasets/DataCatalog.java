package io.lockstep.datasets;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/**
 * Resolves {@code --data NAME|PATH|URI}.
 *
 * <p>A known name is {@code shapes}, {@code reverse} or {@code sort}, which are generated, or the name of a published set, which lies in a folder of the
 * data home ({@code data fetch} puts it there); {@code shakespeare-plays} are passages of {@code tinyshakespeare}. Anything with a {@code /}, or the name of a folder that exists, is a
 * path; what format a folder has is told by files that only this format has, and a path that ends in {@code .txt} is a
 * text. What {@link Storage#isHidden} is true of is no data; a folder with files of two formats, or of none, is refused with what was
 * found.
 */
public final class DataCatalog {
    /** Folders of the data home, by the name of the set. */
    private static final Map<String, String> PUBLISHED =
            Map.of("cifar10", "cifar-10-batches-bin", "mnist", "mnist", "tinyshakespeare", "tinyshakespeare");

    /** Passages of the plays in {@code tinyshakespeare}. */
    private static final String PLAYS = "shakespeare-plays";

    private static final String PLAYS_TEXT = "tinyshakespeare";

    private static final String TEXT_SUFFIX = ".txt";
    /** What a folder's text is called. */
    private static final String TEXT_FILE = "input.txt";

    /** Names of a folder that a message tells. */
    private static final int SHOWN = 6;

    /** A folder below the one that a person named. */
    private static final Set<String> NESTED =
            Set.of("cifar-10-batches-bin", "cifar-100-binary", "mnist", "tinyshakespeare");

    private final Storage storage;
    private final String dataHome;
    private final TextOptions texts;

    /** With text in examples of 64 characters. */
    public DataCatalog(Storage storage, String dataHome) {
        this(storage, dataHome, TextOptions.DEFAULT);
    }

    /**
     * @param dataHome folder of the published sets; need not exist
     * @param texts how text becomes examples
     */
    public DataCatalog(Storage storage, String dataHome, TextOptions texts) {
        this.storage = storage;
        this.dataHome = dataHome;
        this.texts = texts;
    }

    public static List<String> names() {
        return List.of(GeneratedShapes.NAME, "reverse", "sort", "cifar10", "mnist", PLAYS_TEXT, PLAYS);
    }

    /** Where a published set lies or will lie; {@code name} is one that {@code data fetch} knows. */
    public static String folderName(String name) {
        String folder = PUBLISHED.get(name);
        if (folder == null) {
            throw new IllegalArgumentException(name + " is no published set; those are " + PUBLISHED.keySet());
        }
        return folder;
    }

    /**
     * Opens a set; reads no pixels yet.
     *
     * @throws DatasetNotFoundException when the name is unknown, the set is not there, or the folder holds none
     * @throws MalformedDatasetException when a file has the wrong length or header
     */
    public DataSource resolve(String nameOrPath) throws IOException {
        if (nameOrPath.equals(GeneratedShapes.NAME)) {
            return new GeneratedShapes();
        }
        for (GeneratedPairs.Task task : GeneratedPairs.Task.values()) {
            if (nameOrPath.equals(task.dataName())) {
                return new GeneratedPairs(task, texts.length());
            }
        }
        if (nameOrPath.equals(PLAYS_TEXT)) {
            return text(Storage.join(publishedFolderOf(PLAYS_TEXT), TEXT_FILE), PLAYS_TEXT);
        }
        if (PUBLISHED.containsKey(nameOrPath)) {
            return open(publishedFolderOf(nameOrPath), nameOrPath);
        }
        if (nameOrPath.equals(PLAYS)) {
            String text = Storage.join(publishedFolderOf(PLAYS_TEXT), TEXT_FILE);
            return passages(Passages.plays(storage, text, PLAYS, texts.length()));
        }
        if (isPath(nameOrPath) || storage.exists(nameOrPath)) {
            return open(nameOrPath, lastName(nameOrPath));
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
        return name.equals(PLAYS) ? PLAYS_TEXT : name;
    }

    /** Whether a known name needs no files. */
    public static boolean generated(String name) {
        return names().contains(name) && !PUBLISHED.containsKey(name) && !name.equals(PLAYS);
    }

    /** Is it there, as far as can be seen without reading it? */
    public boolean present(String name) throws IOException {
        return generated(name) || storage.exists(publishedFolder(publishedName(name)));
    }

    public DatasetDescription describe(String nameOrPath) throws IOException {
        return DatasetDescription.of(resolve(nameOrPath));
    }

    private String publishedFolderOf(String name) throws IOException {
        String folder = publishedFolder(name);
        if (!storage.exists(folder)) {
            throw new DatasetNotFoundException(name + " is not in " + folder + ": run `bin/lockstep data fetch " + name
                    + "`, or use `--data shapes`, which needs no download"
                    + (hides(name) ? "; for the folder " + name + " that is here, say --data ./" + name : ""));
        }
        return folder;
    }

    private DataSource open(String path, String name) throws IOException {
        if (path.toLowerCase(Locale.ROOT).endsWith(TEXT_SUFFIX)) {
            return text(path, name);
        }
        Map<String, Storage.Entry> files;
        try {
            files = files(path);
        } catch (FileNotFoundException e) {
            return openOneOfSeveral(path, name)
                    .orElseThrow(() -> new DatasetNotFoundException(
                            path + ": no such folder; a text file ends in " + TEXT_SUFFIX, e));
        }
        return open(path, name, files);
    }

    /** What may be data in a folder. */
    private Map<String, Storage.Entry> files(String folder) throws IOException {
        Map<String, Storage.Entry> files = new LinkedHashMap<>();
        for (Storage.Entry entry : storage.list(folder)) {
            if (!Storage.isHidden(entry.name())) {
                files.put(entry.name(), entry);
            }
        }
        return files;
    }

    /** EMNIST's publisher has six sets in one folder: {@code FOLDER/emnist-letters} is one of them. */
    private Optional<DataSource> openOneOfSeveral(String path, String set) throws IOException {
        int end = path.lastIndexOf('/');
        if (end < 1 || !path.substring(end + 1).equals(set)) {
            return Optional.empty();
        }
        String folder = path.substring(0, end);
        try {
            Map<String, Storage.Entry> files = files(folder);
            return IdxFormat.sets(files.keySet()).contains(set)
                    ? Optional.of(IdxFormat.open(storage, folder, set, files, set))
                    : Optional.empty();
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    /** Opens what a folder has been recognised as. */
    private interface Opener {
        DataSource open() throws IOException;
    }

    /** A format is told by files that only it has; where two are, nobody knows which is meant. */
    private DataSource open(String folder, String name, Map<String, Storage.Entry> files) throws IOException {
        Map<String, Opener> found = new LinkedHashMap<>();
        for (CifarLayout layout : CifarLayout.values()) {
            if (layout.recognises(files.keySet())) {
                found.put(layout.title + " files", () -> CifarFormat.open(storage, folder, name, files, layout));
            }
        }
        for (String set : IdxFormat.sets(files.keySet())) {
            found.put(
                    set.isEmpty() ? "MNIST's idx files" : "the idx files of " + set,
                    () -> IdxFormat.open(storage, folder, name, files, set));
        }
        if (files.containsKey(TEXT_FILE)) {
            found.put("a text, " + TEXT_FILE, () -> text(Storage.join(folder, TEXT_FILE), name));
        }
        List<String> toTellApart = Passages.texts(files);
        if (toTellApart.size() > 1 && Passages.foreign(files).isEmpty()) {
            found.put(
                    "texts to tell apart, " + shortened(toTellApart),
                    () -> passages(Passages.open(storage, folder, name, toTellApart, texts.length())));
        }
        if (found.isEmpty()) {
            throw new DatasetNotFoundException(unrecognised(folder, files));
        }
        if (found.size() > 1) {
            throw new DatasetNotFoundException(ambiguous(folder, found.keySet(), files));
        }
        return found.values().iterator().next().open();
    }

    private static String unrecognised(String folder, Map<String, Storage.Entry> files) {
        List<String> toTellApart = Passages.texts(files);
        String found = files.isEmpty()
                ? "nothing is in it, or nothing that begins neither with . nor with _"
                : toTellApart.size() > 1
                        ? "beside its texts, " + shortened(toTellApart) + ", it has what belongs to none of them, "
                                + shortened(Passages.foreign(files)) + ": move that away, or begin its name with _"
                        : "it has " + shortened(List.copyOf(files.keySet()));
        return folder + " holds no data set: " + found + ". What is read: CIFAR-10's "
                + CifarLayout.CIFAR_10.trainFiles.get(0) + " and so on, CIFAR-100's "
                + CifarLayout.CIFAR_100.trainFiles.get(0) + " and " + CifarLayout.CIFAR_100.testFile
                + ", MNIST's train-images-idx3-ubyte(.gz) and so on, a text, " + TEXT_FILE
                + " (a text file of another name is named itself, and ends in " + TEXT_SUFFIX
                + "), or two or more texts to tell apart, CLASS" + TEXT_SUFFIX + nestedHint(folder, files);
    }

    private static String ambiguous(String folder, Set<String> found, Map<String, Storage.Entry> files) {
        SortedSet<String> sets = IdxFormat.sets(files.keySet());
        String remedy = found.size() == sets.size() && !sets.first().isEmpty()
                ? "name one of them, such as " + Storage.join(folder, sets.last())
                : "give each a folder of its own"
                        + (files.containsKey(TEXT_FILE)
                                ? ", or name the text itself, " + Storage.join(folder, TEXT_FILE)
                                : "");
        return folder + " holds more than one data set: " + String.join("; ", found) + ". To choose, " + remedy;
    }

    /** For a message. */
    private static String shortened(List<String> names) {
        int shown = Math.min(SHOWN, names.size());
        String more = names.size() > shown ? " and " + (names.size() - shown) + " more" : "";
        return String.join(", ", names.subList(0, shown)) + more;
    }

    private DataSource passages(Passages passages) throws DatasetException {
        return texts.masked() ? MaskedText.of(passages, texts.length()) : passages;
    }

    private DataSource text(String file, String name) throws IOException {
        try {
            return texts.masked()
                    ? MaskedText.open(storage, file, name, texts.length())
                    : TextFile.open(storage, file, name, texts.length());
        } catch (FileNotFoundException e) {
            throw new DatasetNotFoundException(file + ": no such file", e);
        }
    }

    /** A person often names the folder above. */
    private static String nestedHint(String folder, Map<String, Storage.Entry> files) {
        return files.keySet().stream()
                .filter(NESTED::contains)
                .findFirst()
                .map(nested -> "; did you mean " + Storage.join(folder, nested) + "?")
                .orElse("");
    }

    private String publishedFolder(String name) {
        return Storage.join(dataHome, folderName(name));
    }

    private static String lastName(String path) {
        String[] names = path.split("[/\\\\]+");
        return names.length == 0 || names[names.length - 1].isEmpty() ? path : names[names.length - 1];
    }
}
