package io.lockstep.runs.hosts;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lockstep.runs.folder.Progress;
import java.util.Locale;

/**
 * One thing that {@code doctor} looked at.
 *
 * @param where a host, or null for the driver's side
 * @param what was looked at: {@code Java}, {@code /dev/shm}
 * @param measured value
 * @param why it matters, and {@code remedy} what mends it; null where all is well
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Finding(Level level, String where, String what, String measured, String why, String remedy) {
    public enum Level {
        OK,
        /** A run works, but slower, or less safely, than it could. */
        WARN,
        /** A run would stop. */
        FAIL
    }

    public static Finding ok(String what, String measured) {
        return new Finding(Level.OK, null, what, measured, null, null);
    }

    public static Finding warn(String what, String measured, String why, String remedy) {
        return new Finding(Level.WARN, null, what, measured, why, remedy);
    }

    public static Finding fail(String what, String measured, String why, String remedy) {
        return new Finding(Level.FAIL, null, what, measured, why, remedy);
    }

    public Finding at(String host) {
        return new Finding(level, host, what, measured, why, remedy);
    }

    /** In one line, for a log. */
    String line() {
        return why == null ? what + ": " + measured : what + ": " + measured + ": " + why + "; " + remedy;
    }

    public String text() {
        String line = Progress.format(
                "%-4s %-20s %s",
                level == Level.FAIL ? "FAIL" : level.toString().toLowerCase(Locale.ROOT), what, measured);
        return why == null ? line : line + "\n     why: " + why + "\n     do:  " + remedy;
    }
}
