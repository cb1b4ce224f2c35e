package io.lockstep.collectives;

import java.io.IOException;
import java.io.Serializable;
import java.net.BindException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a rank may listen: the first port that is free, or one that the system chooses.
 *
 * @param first 0 for the system's choice
 * @param last inclusive
 */
public record PortRange(int first, int last) implements Serializable {
    /** The system chooses. */
    public static final PortRange EPHEMERAL = new PortRange(0, 0);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,5})(?:\\s*-\\s*(\\d{1,5}))?");

    public PortRange {
        if (first < 0 || last > 65_535 || first > last || first == 0 && last != 0) {
            throw new IllegalArgumentException("ports are from 1 to 65535, or 0: " + first + "-" + last);
        }
    }

    /** @param text {@code 50000-50100}, {@code 50000} or {@code 0} */
    public static PortRange parse(String text) {
        Matcher matcher = TEXT.matcher(text.trim());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("write FIRST-LAST, for instance 50000-50100, or 0");
        }
        int first = Integer.parseInt(matcher.group(1));
        return new PortRange(first, matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2)));
    }

    /** Binds one port. */
    @FunctionalInterface
    public interface Binding {
        void bind(int port) throws IOException;
    }

    /**
     * Tries one port after the other.
     *
     * @return the port that was bound, as it was asked for
     * @throws BindException if none is free
     */
    public int bindFirst(Binding binding) throws IOException {
        BindException refused = null;
        for (int port = first; port <= last; port++) {
            try {
                binding.bind(port);
                return port;
            } catch (BindException e) {
                refused = e;
            }
        }
        throw (BindException)
                new BindException("none of the ports " + this + " can be bound; the last: " + refused.getMessage())
                        .initCause(refused);
    }

    @Override
    public String toString() {
        return first == last ? "" + first : first + "-" + last;
    }
}
