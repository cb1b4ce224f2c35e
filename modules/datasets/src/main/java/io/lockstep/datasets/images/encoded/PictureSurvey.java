package io.lockstep.datasets.images.encoded;

import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.pictures.PictureException;
import io.lockstep.datasets.pictures.PictureFacts;
import io.lockstep.datasets.storage.FileNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What all files of a folder of pictures are, and which are damaged. Any thread may add to it. */
final class PictureSurvey {
    private static final int TOLD_AT_ONCE = 3;

    private final String path;
    private final List<String> leftOut;
    private final boolean anySize;
    /** By size, and then by path. */
    private final Map<String, Sized> sizes = new TreeMap<>();
    /** By path. */
    private final Map<String, String> faults = new TreeMap<>();
    /** By path: of other colours than the set. */
    private final Map<String, String> miscoloured = new TreeMap<>();

    /** Pictures of one size. */
    private static final class Sized {
        private int count;
        private String first;

        int count() {
            return count;
        }
    }

    /**
     * @param leftOut paths of files that are no pictures by their names
     * @param anySize whether pictures may have any, as they are resized
     */
    PictureSurvey(String path, List<String> leftOut, boolean anySize) {
        this.path = path;
        this.leftOut = leftOut;
        this.anySize = anySize;
    }

    synchronized void add(EncodedPicture file, PictureFacts facts) {
        Sized same = sizes.computeIfAbsent(facts.height() + "x" + facts.width(), size -> new Sized());
        same.count++;
        same.first = same.first == null || file.path().compareTo(same.first) < 0 ? file.path() : same.first;
    }

    /** A picture that can be read, and has other colours than the set. */
    synchronized void otherColours(EncodedPicture file, PictureException fault) {
        miscoloured.put(file.path(), fault.getMessage());
    }

    synchronized void fault(EncodedPicture file, PictureException fault) {
        faults.put(file.path(), fault.getMessage());
    }

    /** @throws MalformedDatasetException naming files that cannot be read, or the sizes that pictures have */
    synchronized void requireSound() throws MalformedDatasetException {
        requireNone(faults, "damaged pictures");
        requireAlike();
    }

    /** @throws MalformedDatasetException naming files of other colours, or the sizes that pictures have */
    synchronized void requireAlike() throws MalformedDatasetException {
        requireNone(miscoloured, "pictures of other colours");
        if (!anySize && sizes.size() > 1) {
            throw new MalformedDatasetException(path + " has pictures of " + sizes.size() + " sizes: " + sizesNamed()
                    + "; set image-size = HEIGHTxWIDTH to resize them all, or take the others away");
        }
    }

    private static void requireNone(Map<String, String> faults, String what) throws MalformedDatasetException {
        if (!faults.isEmpty()) {
            String named = faults.entrySet().stream()
                    .limit(TOLD_AT_ONCE)
                    .map(fault -> fault.getKey() + " " + fault.getValue())
                    .collect(Collectors.joining("; "));
            throw new MalformedDatasetException(named + andMore(faults.size(), what));
        }
    }

    private String sizesNamed() {
        List<Map.Entry<String, Sized>> byCount = sizes.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, Sized> each) ->
                                -each.getValue().count())
                        .thenComparing(Map.Entry::getKey))
                .toList();
        return byCount.stream()
                        .limit(TOLD_AT_ONCE)
                        .map(each -> String.format(Locale.ROOT, "%,d of %s", each.getValue().count, each.getKey())
                                + (each == byCount.get(0) ? "" : " (" + each.getValue().first + " first)"))
                        .collect(Collectors.joining(", "))
                + andMore(byCount.size(), "sizes");
    }

    private static String andMore(int all, String what) {
        return all > TOLD_AT_ONCE ? String.format(Locale.ROOT, ", and %,d more %s", all - TOLD_AT_ONCE, what) : "";
    }

    synchronized boolean isSound() {
        return faults.isEmpty() && miscoloured.isEmpty() && (anySize || sizes.size() <= 1);
    }

    /** For people, a line each. */
    synchronized List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("pictures by size: " + sizesNamed()
                + (anySize || sizes.size() <= 1 ? "" : "; image-size = HEIGHTxWIDTH resizes them all"));
        faults.forEach((file, fault) -> lines.add("unreadable: " + file + " " + fault));
        miscoloured.forEach((file, fault) -> lines.add("of other colours: " + file + " " + fault));
        if (!leftOut.isEmpty()) {
            lines.add("left out, as they are no pictures by their names: " + FileNames.shortened(leftOut));
        }
        return lines;
    }
}
