package io.lockstep.networks.games;

import java.io.Serializable;
import java.util.List;

/**
 * A part at work on some values. A part may be applied several times, with the same parameters.
 *
 * @param name of the value that comes of it
 * @param reads names of values, one for each vertex that the part reads
 */
public record Application(String name, String part, List<String> reads) implements Serializable {
    public Application {
        reads = List.copyOf(reads);
    }
}
