package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.weights.NameTable;
import java.util.List;

/**
 * A network of the zoo.
 *
 * @param name as on the command line
 * @param source the paper, with the section that is followed
 * @param description a line on what it is, and how it departs from its source
 * @param usualInput where it reads something else than pictures; otherwise null
 */
public record Model(String name, String source, String description, ModelInput usualInput, Architecture architecture) {
    /** Of pictures. */
    Model(String name, String source, String description, Architecture architecture) {
        this(name, source, description, null, architecture);
    }

    /** What builds the network. */
    @FunctionalInterface
    public interface Architecture {
        NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed);

        /** What other frameworks call its parameters; nothing where none has the same network. */
        default List<NameTable> weightNames() {
            return List.of();
        }

        /** Whether of a text it guesses bytes that are hidden, and not what comes next. */
        default boolean readsMaskedText() {
            return false;
        }
    }

    /**
     * The network's definition; nothing is allocated yet.
     *
     * @param seed of the initial parameters
     * @throws IllegalArgumentException if images are too small for this network
     */
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        return architecture.build(input, hyperparameters, seed);
    }
}
