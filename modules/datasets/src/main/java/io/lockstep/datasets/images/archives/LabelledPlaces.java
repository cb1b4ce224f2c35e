package io.lockstep.datasets.images.archives;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.SplitMix64;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.datasets.images.encoded.EncodedPictureSource;
import io.lockstep.datasets.images.encoded.EncodedPictureSource.Files;
import io.lockstep.datasets.images.encoded.EncodedPictureSource.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Where pictures lie in archives, with the labels that stand beside them, and the set that they make. */
final class LabelledPlaces {
    /** Far above any set; a label beyond it is a mistake, which would make classes that nobody has. */
    private static final int MOST_CLASSES = 100_000;

    private static final long SHARE = 1_000_000;

    private final List<Found> found = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();
    private final Map<Integer, String> names = new TreeMap<>();

    /**
     * A picture.
     *
     * @param key what the share to test on is drawn by
     * @param label a whole number, or the name of a class
     * @param tested whether it is to test on, by the archive that it lies in
     */
    private record Found(ArchivedPicture.Place place, String path, String key, String label, boolean tested) {}

    void add(ArchivedPicture.Place place, String path, String key, String label, boolean tested) {
        found.add(new Found(place, path, key, label, tested));
    }

    /** Something that is no picture with a label. */
    void leaveOut(String path) {
        leftOut.add(path);
    }

    /** A class that has a number has a name too. */
    void name(int label, String name) {
        names.putIfAbsent(label, name);
    }

    /** @param hasTests whether some archives are to test on; otherwise a share is */
    DataSource open(Origin origin, FormatOptions options, boolean hasTests) throws IOException {
        if (found.isEmpty()) {
            throw new MalformedDatasetException(origin.path() + " has no picture with a label"
                    + (leftOut.isEmpty() ? "" : ", but " + leftOut.get(0)));
        }
        Map<String, Integer> numbers = numbers();
        List<ArchivedPicture> train = new ArrayList<>();
        List<ArchivedPicture> test = new ArrayList<>();
        Map<Integer, ArchivedPicture> first = new TreeMap<>();
        for (Found each : found) {
            var picture = new ArchivedPicture(each.place, each.path, numbers.get(each.label));
            boolean tested = hasTests ? each.tested : isDrawn(each.key, options);
            (tested ? test : train).add(picture);
            first.putIfAbsent(picture.label(), picture);
        }
        return EncodedPictureSource.open(
                origin,
                options,
                classNames(numbers.values()),
                new Files(train, test, leftOut, hasTests),
                List.copyOf(first.values()));
    }

    /** Whole numbers are themselves; of words, the classes are numbered in their order. */
    private Map<String, Integer> numbers() throws MalformedDatasetException {
        SortedSet<String> words = new TreeSet<>();
        found.forEach(each -> words.add(each.label));
        Map<String, Integer> numbers = new HashMap<>();
        boolean whole = words.stream().allMatch(word -> word.matches("\\d{1,9}"));
        for (String word : words) {
            if (!whole && word.matches("-?\\d+")) {
                throw new MalformedDatasetException(pathOf(word) + " has the label " + word
                        + "; classes are either names or whole numbers from 0, all of them");
            }
        }
        for (String word : words) {
            int number = whole ? Integer.parseInt(word) : numbers.size();
            if (number >= MOST_CLASSES) {
                throw new MalformedDatasetException(pathOf(word) + " has the label " + word
                        + "; classes are numbered from 0, and " + MOST_CLASSES + " are the most");
            }
            if (!whole) {
                names.put(number, word);
            }
            numbers.put(word, number);
        }
        return numbers;
    }

    private String pathOf(String word) {
        return found.stream()
                .filter(each -> each.label.equals(word))
                .findFirst()
                .orElseThrow()
                .path;
    }

    private List<String> classNames(Collection<Integer> labels) {
        int classes = labels.stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
        Set<String> all = new LinkedHashSet<>();
        for (int label = 0; label < classes; label++) {
            String name = names.getOrDefault(label, Integer.toString(label));
            all.add(all.contains(name) ? name + " (" + label + ")" : name);
        }
        return List.copyOf(all);
    }

    private static boolean isDrawn(String key, FormatOptions options) {
        long hash = 0xcbf29ce484222325L; // FNV-1a, 64 bits
        for (byte each : key.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
        }
        SplitMix64 random = new SplitMix64().start(options.pictures().testSeed(), hash, 0);
        return random.nextInt((int) SHARE) < options.pictures().testShare() * SHARE;
    }
}
