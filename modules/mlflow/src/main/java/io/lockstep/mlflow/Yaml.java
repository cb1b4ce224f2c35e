package io.lockstep.mlflow;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/** What of YAML a meta.yaml has: a line {@code key: value} each, values as they stand there. */
final class Yaml {
    private static final long LARGEST_BYTES = 1 << 20;

    private Yaml() {}

    /** A text as a quoted value: plain ones may look like numbers or dates. */
    static String text(String value) {
        return "'" + value.replaceAll("\\s+", " ").replace("'", "''") + "'";
    }

    static void write(Path file, Map<String, String> values) throws IOException {
        StringBuilder text = new StringBuilder();
        values.forEach(
                (key, value) -> text.append(key).append(": ").append(value).append('\n'));
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.write(beside, text.toString().getBytes(StandardCharsets.UTF_8));
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    static Map<String, String> read(Path file) throws IOException {
        if (Files.size(file) > LARGEST_BYTES) {
            throw new IOException(file + " has more than " + LARGEST_BYTES + " bytes: it is no meta.yaml of MLflow's");
        }
        Map<String, String> values = new LinkedHashMap<>();
        String last = null;
        for (String line : Files.readAllLines(file)) {
            int colon = line.indexOf(':');
            if (line.startsWith(" ") && last != null) { // a long value goes on
                values.merge(last, " " + line.strip(), String::concat);
            } else if (colon > 0 && !line.startsWith("#")) {
                last = line.substring(0, colon);
                values.put(last, line.substring(colon + 1).strip());
            }
        }
        return values;
    }

    /** A text; null if there is no such key. */
    static String read(Path file, String key) throws IOException {
        String value = read(file).get(key);
        if (value == null || value.length() < 2) {
            return value;
        }
        char first = value.charAt(0);
        boolean quoted = (first == '\'' || first == '"') && value.charAt(value.length() - 1) == first;
        if (!quoted) {
            return value;
        }
        String inner = value.substring(1, value.length() - 1);
        return first == '\''
                ? inner.replace("''", "'")
                : inner.replace("\\\"", "\"").replace("\\\\", "\\");
    }
}
