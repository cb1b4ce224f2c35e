package io.lockstep.datasets.storage;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.List;

/**
 * In which characters this JVM can name files. It takes them from the locale that it was started in, and in the plain C
 * locale, which cron, service units and containers often give, there are none beyond ASCII.
 */
public final class FileNames {
    /** Undocumented, and the only place where a JVM tells it. */
    private static final String CHARSET = "sun.jnu.encoding";
    /** Names of many that a message tells. */
    private static final int SHOWN = 6;

    private FileNames() {}

    /** The character set of file names. */
    public static String charset() {
        return System.getProperty(CHARSET, "unknown");
    }

    /** Whether a file or folder of that name can be reached by a JVM whose file names are in {@code charset}. */
    public static boolean canName(String charset, String path) {
        if (StandardCharsets.US_ASCII.newEncoder().canEncode(path)) {
            return true;
        }
        return Charset.isSupported(charset)
                && Charset.forName(charset).newEncoder().canEncode(path);
    }

    /** Why a path is none, and what to do, in one line. */
    public static String fault(InvalidPathException failure) {
        String path = failure.getInput();
        return canName(charset(), path)
                ? path + " is no path: " + failure.getReason()
                : path + " cannot be named in the locale that this JVM was started in, " + locale()
                        + ", whose file names are in " + charset()
                        + ": set LC_ALL=C.UTF-8, or another locale of UTF-8, in its environment";
    }

    /** The first of some names, and how many more there are; for a message. */
    public static String shortened(List<String> names) {
        int shown = Math.min(SHOWN, names.size());
        String more = names.size() > shown ? " and " + (names.size() - shown) + " more" : "";
        return String.join(", ", names.subList(0, shown)) + more;
    }

    private static String locale() {
        for (String variable : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
            String value = System.getenv(variable);
            if (value != null && !value.isEmpty()) {
                return variable + "=" + value;
            }
        }
        return "which neither LC_ALL nor LANG names";
    }
}
