package io.lockstep.training;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The flat vectors of a network, or of the part of it that is trained at a time.
 *
 * <p>All buffers are direct, in native order, float32, from position 0 to limit, and stay at one address for the life
 * of the replica: they are the network's own memory, or where it lives on a GPU the host's copy. Parameters, gradients
 * and (per parameter) updater state are laid out as DL4J's flattened vectors, layers in topological order.
 */
public interface NetworkVectors {
    /** All parameters, running statistics included. */
    ByteBuffer parameters();

    /** As long as {@link #parameters()}. At a running statistic: its change, (1 - decay) x (old - batch's). */
    ByteBuffer gradients();

    /** Momentum and the like, in the updater's own layout; empty for plain SGD. */
    ByteBuffer updaterState();

    /**
     * The parts of the flat vectors that hold running statistics (batch norm's mean and variance), ascending and
     * disjoint. They are averaged over ranks, never clipped or regularised, and do not count as parameters.
     */
    List<Range> statistics();

    /** The name of the layer that an element of the flat vectors belongs to. */
    String layerAt(long element);

    /**
     * Makes {@link #parameters()} and {@link #updaterState()} what the network has now. To be called before they are read
     * between steps: where the network lives on a GPU they are the host's copy.
     */
    default void toHost() {}

    /** Makes the network take both, whole, after something was written into what {@link #toHost()} brought. */
    default void fromHost() {}
}
