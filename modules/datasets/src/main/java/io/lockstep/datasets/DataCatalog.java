package io.lockstep.datasets;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Resolves {@code --data NAME|PATH|URI}.
 *
 * <p>A known name is {@code shapes}, {@code reverse} or {@code sort}, which are generated, or the name of a published set, which lies in a folder of the
 * data home ({@code data fetch} puts it there); {@code shakespeare-plays} are passages of {@code tinyshakespeare}. Anything with a {@code /}, or the name of a folder that exists, is a
 * path; what format a folder has is seen by the files in it, and a path that ends in {@code .txt} is a text.
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
        if (PUBLISHED.containsKey(nameOrPath)) {
            return open(publishedFolderOf(nameOrPath), nameOrPath);
        }
        if (nameOrPath.equals(PLAYS)) {
            String text = Storage.join(publishedFolderOf(PLAYS_TEXT), TEXT_FILE);
            return passages(Passages.plays(storage, text, PLAYS, texts.length()));
        }
        if (nameOrPath.contains("/") || nameOrPath.contains("\\") || storage.exists(nameOrPath)) {
            return open(nameOrPath, lastName(nameOrPath));
        }
        throw new DatasetNotFoundException(
                NearestName.unknown("data", nameOrPath, names()) + ", or a path such as ./" + nameOrPath);
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
                    + "`, or use `--data shapes`, which needs no download");
        }
        return folder;
    }

    private DataSource open(String folder, String name) throws IOException {
        if (folder.endsWith(TEXT_SUFFIX)) {
            return text(folder, name);
        }
        Map<String, Storage.Entry> files = new LinkedHashMap<>();
        try {
            for (Storage.Entry entry : storage.list(folder)) {
                files.put(entry.name(), entry);
            }
        } catch (FileNotFoundException e) {
            throw new DatasetNotFoundException(folder + ": no such folder; a text file ends in " + TEXT_SUFFIX, e);
        }
        if (CifarFormat.recognises(files)) {
            return CifarFormat.open(storage, folder, name, files);
        }
        if (IdxFormat.recognises(files)) {
            return IdxFormat.open(storage, folder, name, files);
        }
        if (files.containsKey(TEXT_FILE)) {
            return text(Storage.join(folder, TEXT_FILE), name);
        }
        List<String> names = List.copyOf(files.keySet());
        if (Passages.recognises(names)) {
            return passages(Passages.open(storage, folder, name, names, texts.length()));
        }
        throw new DatasetNotFoundException(folder + " holds no data set: expected CIFAR-10's "
                + CifarFormat.TRAIN_FILES.get(0) + ", MNIST's train-images-idx3-ubyte(.gz), a text, " + TEXT_FILE
                + " (a text file of another name is named itself, and ends in " + TEXT_SUFFIX
                + "), or texts to tell apart, CLASS" + TEXT_SUFFIX
                + nestedHint(folder, files));
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
        return PUBLISHED.values().stream()
                .filter(files::containsKey)
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
