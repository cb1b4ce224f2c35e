package io.lockstep.datasets;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** The name that was probably meant: for messages that refuse one. */
public final class NearestName {
    private NearestName() {}

    /** The known name with the fewest edits to {@code name}, if those are less than half of its letters. */
    public static Optional<String> of(String name, Collection<String> known) {
        String nearest = null;
        int fewest = Integer.MAX_VALUE;
        for (String candidate : known) {
            int edits = edits(name.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (edits < fewest) {
                fewest = edits;
                nearest = candidate;
            }
        }
        return fewest <= Math.max(2, name.length() / 2) ? Optional.ofNullable(nearest) : Optional.empty();
    }

    /** {@code unknown model 'resnet2'; did you mean 'resnet20'? Known: ...} */
    public static String unknown(String what, String name, Collection<String> known) {
        String hint = of(name, known)
                .map(nearest -> "; did you mean '" + nearest + "'? Known: ")
                .orElse("; known: ");
        return "unknown " + what + " '" + name + "'" + hint + String.join(", ", known);
    }

    /**
     * The one that is written so.
     *
     * @param known by {@link Object#toString}
     * @throws IllegalArgumentException as {@link #unknown} has it
     */
    public static <T> T find(String what, String name, T[] known) {
        for (T each : known) {
            if (each.toString().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                unknown(what, name, Arrays.stream(known).map(Object::toString).toList()));
    }

    /** Levenshtein's distance, one row at a time. */
    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1]; // edits from a's first i letters to b's first j
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
