package io.lockstep.networks.compiled;

import io.lockstep.networks.Dl4jReplica;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.training.Replica;
import java.util.function.Consumer;

/** Chooses what runs a network. */
public final class Replicas {
    private Replicas() {}

    /**
     * A {@link CompiledReplica} where the engine has all of the network's layers and runs on this platform, otherwise a
     * {@link Dl4jReplica}.
     *
     * @param threads for forward and backward
     * @param notice told why the engine does not run the network, if so
     */
    public static Replica fastest(
            NetworkDefinition definition,
            int largestBatch,
            double labelSmoothing,
            int threads,
            Consumer<String> notice) {
        try {
            return new CompiledReplica(definition, largestBatch, labelSmoothing, threads);
        } catch (UnsupportedOperationException | LinkageError e) {
            notice.accept("DL4J itself runs this network, which is slower: " + e.getMessage());
            return new Dl4jReplica(definition, largestBatch, labelSmoothing);
        }
    }
}
