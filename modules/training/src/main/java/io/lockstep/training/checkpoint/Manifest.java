package io.lockstep.training.checkpoint;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file that a checkpoint is whole by: a line of SHA-256 and name for each of the others, as sha256sum -c reads it. */
final class Manifest {
    static final String NAME = "MANIFEST";

    /** How one ends: its lines are sorted by name, and this one is the last. */
    private static final String END = "  " + CheckpointStore.STATE + "\n";

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([A-Za-z0-9._-]+)");

    private Manifest() {}

    /** @param hashes by file name, sorted */
    static String text(Map<String, String> hashes) {
        StringBuilder lines = new StringBuilder();
        hashes.forEach(
                (name, hash) -> lines.append(hash).append("  ").append(name).append('\n'));
        return lines.toString();
    }

    /**
     * The hash of each file; empty where the writer was killed while it wrote the manifest.
     *
     * @throws IOException if it is not what was written
     */
    static Optional<Map<String, String>> parse(String text) throws IOException {
        if (!text.endsWith(END)) {
            return Optional.empty();
        }
        Map<String, String> hashes = new TreeMap<>();
        for (String line : text.lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IOException("its " + NAME + " is damaged");
            }
            hashes.put(matcher.group(2), matcher.group(1));
        }
        return Optional.of(hashes);
    }
}
