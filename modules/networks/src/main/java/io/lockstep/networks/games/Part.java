package io.lockstep.networks.games;

import java.io.Serializable;
import java.util.List;

/**
 * One of the networks that play: the vertices of a DL4J network between those that it reads and the one that it gives. No
 * vertex belongs to two parts. In a game, a part may be applied to other values than those that the DL4J network connects it
 * with, as long as they have the same shape.
 *
 * @param reads network inputs or vertices of other parts, in the order in which an {@link Application} gives values for them
 * @param gives the last vertex; an output layer gives its scores, from before its activation, as the engine's losses want
 */
public record Part(String name, List<String> reads, String gives) implements Serializable {
    public Part {
        reads = List.copyOf(reads);
        if (reads.isEmpty()) {
            throw new IllegalArgumentException("part '" + name + "' reads nothing");
        }
    }
}
