package io.lockstep.datasets.formats;

import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A folder in which data is looked for.
 *
 * @param name that a set in it shall have
 * @param files what may be data in it, by name: without what {@link Storage#isHidden} is true of
 * @param options how files become examples
 */
public record DataFolder(
        Storage storage, String path, String name, Map<String, Storage.Entry> files, FormatOptions options) {

    /** @throws java.io.FileNotFoundException if there is no such folder */
    public static DataFolder list(Storage storage, String path, String name, FormatOptions options) throws IOException {
        Map<String, Storage.Entry> files = new LinkedHashMap<>();
        for (Storage.Entry entry : storage.list(path)) {
            if (!Storage.isHidden(entry.name())) {
                files.put(entry.name(), entry);
            }
        }
        return new DataFolder(storage, path, name, files, options);
    }

    public TextOptions texts() {
        return options.texts();
    }

    public boolean has(String file) {
        return files.containsKey(file);
    }

    /** The path of a file in it. */
    public String file(String file) {
        return Storage.join(path, file);
    }

    public List<String> fileNames() {
        return List.copyOf(files.keySet());
    }
}
