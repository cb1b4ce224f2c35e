package io.lockstep.engine;

import java.util.Optional;

/**
 * What runs graphs: the CPU, the reference; a GPU's library would be one more. {@link Backends} finds those that there are,
 * by {@link java.util.ServiceLoader}.
 */
public interface Backend {
    /** What it is asked for by: a short word, such as {@code cpu}. */
    String name();

    /**
     * Why this machine does not compute in a precision, as a sentence that says what is missing; empty where it does.
     *
     * @throws LinkageError if the backend does not run on this platform at all
     */
    Optional<String> lacks(Precision precision);

    /**
     * @throws UnsupportedOperationException naming the node that this backend cannot run
     * @throws IllegalArgumentException if this machine {@link #lacks} the precision, or a given buffer does not fit
     */
    Plan compile(Graph graph, PlanOptions options);

    /** @throws IllegalArgumentException if this machine {@link #lacks} the precision */
    default Backend require(Precision precision) {
        lacks(precision).ifPresent(why -> {
            throw new IllegalArgumentException(why);
        });
        return this;
    }
}
