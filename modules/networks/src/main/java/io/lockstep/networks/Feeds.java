package io.lockstep.networks;

import java.io.Serializable;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which column of a batch feeds which input and output of a network; only what is not usual needs to be told.
 *
 * <p>Usual is: the only input reads {@code features}; of several each reads the column of its own name. The only output is told
 * {@code labels}, and so are all outputs where those after the first are auxiliary classifiers of the same classes; of several
 * others each is told the column of its own name. A label is a class ({@link LabelKind#CLASSES}) where the output's loss can be
 * told one, and otherwise it is the numbers that the output is to give. There are no masks.
 *
 * <p>Sequences lie (steps, features) in their columns, and images (height, width, channels), whatever order DL4J's layers have; but
 * images in {@code features} come in the layout that the replica asks its loader for.
 *
 * @param columns by the names of inputs and outputs
 * @param masks by the names of inputs and outputs: columns of float32, 0 for each step (or pixel, or example) that does not count
 *     and 1 for the others
 * @param kinds by the names of outputs
 */
public record Feeds(Map<String, String> columns, Map<String, String> masks, Map<String, LabelKind> kinds)
        implements Serializable {
    public static final Feeds USUAL = new Feeds(Map.of(), Map.of(), Map.of());

    public Feeds {
        columns = Map.copyOf(columns);
        masks = Map.copyOf(masks);
        kinds = Map.copyOf(kinds);
    }

    /** @param vertex an input or output of the network */
    public Feeds column(String vertex, String column) {
        return new Feeds(with(columns, vertex, column), masks, kinds);
    }

    /** @param vertex an input or output of the network */
    public Feeds mask(String vertex, String column) {
        return new Feeds(columns, with(masks, vertex, column), kinds);
    }

    /** What the labels of an output are. */
    public Feeds kind(String output, LabelKind kind) {
        return new Feeds(columns, masks, with(kinds, output, kind));
    }

    private static <T> Map<String, T> with(Map<String, T> map, String key, T value) {
        Map<String, T> changed = new HashMap<>(map);
        changed.put(key, value);
        return changed;
    }

    /** @throws IllegalArgumentException naming what is fed and is not there */
    void require(Collection<String> inputs, Collection<String> outputs) {
        for (String name : kinds.keySet()) {
            if (!outputs.contains(name)) {
                throw new IllegalArgumentException(
                        "'" + name + "' is told its labels and is no output of the network, which has " + outputs);
            }
        }
        Set<String> fed = new HashSet<>(columns.keySet());
        fed.addAll(masks.keySet());
        for (String name : fed) {
            if (!inputs.contains(name) && !outputs.contains(name)) {
                throw new IllegalArgumentException("'" + name + "' is fed a column and is no input or output of the"
                        + " network; it has the inputs " + inputs + " and the outputs " + outputs);
            }
        }
    }
}
