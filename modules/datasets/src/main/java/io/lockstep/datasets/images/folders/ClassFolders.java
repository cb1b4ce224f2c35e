package io.lockstep.datasets.images.folders;

import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The folders of one split, each named after a class, with all that lies in them and in folders within. What {@link
 * Storage#isHidden} is true of is no data. A file is to be a picture by its ending, whatever format it then turns out to have; others are
 * left out.
 *
 * @param path that they lie in
 * @param pictures of each class, in the order of their names: paths
 * @param leftOut paths of other files
 */
record ClassFolders(String path, SortedMap<String, List<String>> pictures, List<String> leftOut) {
    private static final Pattern PICTURE = Pattern.compile(".+\\.(png|jpe?g|jpe|jfif|gif|bmp|tiff?|webp)");

    /** @throws MalformedDatasetException naming a picture without content */
    static ClassFolders list(Storage storage, String path) throws IOException {
        ClassFolders folders = new ClassFolders(path, new TreeMap<>(), new ArrayList<>());
        for (Storage.Entry entry : visible(storage, path)) {
            if (entry.isFolder()) {
                List<String> files = new ArrayList<>();
                folders.collect(storage, Storage.join(path, entry.name()), files);
                files.sort(Comparator.naturalOrder());
                folders.pictures.put(entry.name(), files);
            } else {
                folders.leftOut.add(Storage.join(path, entry.name()));
            }
        }
        return folders;
    }

    private void collect(Storage storage, String folder, List<String> files) throws IOException {
        for (Storage.Entry entry : visible(storage, folder)) {
            String file = Storage.join(folder, entry.name());
            if (entry.isFolder()) {
                collect(storage, file, files);
            } else if (!isPicture(entry)) {
                leftOut.add(file);
            } else if (entry.bytes() == 0) {
                throw new MalformedDatasetException(
                        file + " is an empty file, and no picture; write it again, or take it away");
            } else {
                files.add(file);
            }
        }
    }

    private static List<Storage.Entry> visible(Storage storage, String folder) throws IOException {
        return storage.list(folder).stream()
                .filter(entry -> !Storage.isHidden(entry.name()))
                .toList();
    }

    /** By its name. */
    static boolean isPicture(Storage.Entry entry) {
        return !entry.isFolder()
                && PICTURE.matcher(entry.name().toLowerCase(Locale.ROOT)).matches();
    }

    /**
     * Whether a picture lies in a folder, or in one within.
     *
     * @param depth of folders that are looked into: somebody may name a folder of whatever
     */
    static boolean hasPictures(Storage storage, String folder, int depth) throws IOException {
        List<Storage.Entry> entries = visible(storage, folder);
        if (entries.stream().anyMatch(ClassFolders::isPicture)) {
            return true;
        }
        for (Storage.Entry entry : entries) {
            if (depth > 1 && entry.isFolder() && hasPictures(storage, Storage.join(folder, entry.name()), depth - 1)) {
                return true;
            }
        }
        return false;
    }

    List<String> classes() {
        return List.copyOf(pictures.keySet());
    }

    String folderOf(String name) {
        return Storage.join(path, name);
    }

    /**
     * One of each class, then the next of each, so that the first so many examples are of all classes.
     *
     * @param of each class, in the order of the classes
     */
    static List<FolderPicture> inTurn(Storage storage, List<List<String>> of) {
        int most = of.stream().mapToInt(List::size).max().orElse(0);
        List<FolderPicture> all = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            for (int label = 0; label < of.size(); label++) {
                if (i < of.get(label).size()) {
                    all.add(new FolderPicture(storage, of.get(label).get(i), label));
                }
            }
        }
        return List.copyOf(all);
    }

    List<FolderPicture> inTurn(Storage storage) {
        return inTurn(storage, List.copyOf(pictures.values()));
    }

    /** @throws MalformedDatasetException naming a class that has no pictures */
    void requirePictures() throws MalformedDatasetException {
        for (Map.Entry<String, List<String>> each : pictures.entrySet()) {
            if (each.getValue().isEmpty()) {
                throw new MalformedDatasetException(folderOf(each.getKey())
                        + " has no pictures (.png, .jpg): put those of the class there, or begin the folder's name with"
                        + " _ to leave it out");
            }
        }
    }
}
