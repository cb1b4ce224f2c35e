package io.lockstep.collectives;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a step costs on one class of links: alpha + bytes x beta.
 *
 * @param alphaMicros of a step, however short
 * @param betaNanosPerByte sent and added
 */
public record LinkCost(double alphaMicros, double betaNanosPerByte) {
    private static final Pattern TEXT = Pattern.compile("([0-9.E-]+) us \\+ ([0-9.E-]+) ns/B");

    public LinkCost {
        if (!(alphaMicros > 0 && betaNanosPerByte > 0)) {
            throw new IllegalArgumentException("a step costs " + alphaMicros + " us + " + betaNanosPerByte + " ns/B");
        }
    }

    double seconds(double steps, double bytes) {
        return steps * alphaMicros * 1e-6 + bytes * betaNanosPerByte * 1e-9;
    }

    /** {@code 30.0 us + 5.0 ns/B}; {@link #parse} reads back the same. */
    @Override
    public String toString() {
        return alphaMicros + " us + " + betaNanosPerByte + " ns/B";
    }

    static LinkCost parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no cost of a link; one is '30.0 us + 5.0 ns/B'");
        }
        return new LinkCost(Double.parseDouble(matcher.group(1)), Double.parseDouble(matcher.group(2)));
    }
}
