package io.lockstep.datasets.images.folders;

import io.lockstep.datasets.SplitMix64;
import io.lockstep.datasets.storage.Storage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A share of each class that is kept apart to test on. Which pictures it takes is drawn by their names and a seed, so that one
 * picture more or less in a folder changes little of it.
 *
 * @param training of each class, in the order of the classes
 * @param test as well
 */
record TestShare(List<List<String>> training, List<List<String>> test) {
    static TestShare of(ClassFolders folders, double share, long seed) {
        TestShare both = new TestShare(new ArrayList<>(), new ArrayList<>());
        for (Map.Entry<String, List<String>> each : folders.pictures().entrySet()) {
            both.divide(folders.folderOf(each.getKey()), each.getValue(), share, seed);
        }
        return both;
    }

    /** Of two pictures or more each split gets one; a single one is trained on. */
    private void divide(String folder, List<String> pictures, double share, long seed) {
        int count = Math.min(pictures.size() - 1, Math.max(1, (int) Math.round(share * pictures.size())));
        Set<String> drawn = new HashSet<>(pictures.stream()
                .sorted(Comparator.comparingLong((String picture) -> draw(folder, picture, seed))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(Math.max(0, count))
                .toList());
        test.add(pictures.stream().filter(drawn::contains).toList());
        training.add(pictures.stream().filter(each -> !drawn.contains(each)).toList());
    }

    /** By the name within the class's folder, as the whole set may be moved. */
    private static long draw(String folder, String picture, long seed) {
        String name = picture.substring(Storage.join(folder, "").length());
        long hash = 0xcbf29ce484222325L; // FNV-1a, 64 bits
        for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
        }
        SplitMix64 random = new SplitMix64();
        random.start(seed, hash, 0);
        return random.nextLong();
    }
}
