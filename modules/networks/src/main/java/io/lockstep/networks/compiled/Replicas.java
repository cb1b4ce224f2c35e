package io.lockstep.networks.compiled;

import io.lockstep.datasets.Field;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Precision;
import io.lockstep.networks.LossColumns;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.NetworkReplica;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Chooses what runs a network. */
public final class Replicas {
    private Replicas() {}

    /**
     * A {@link CompiledReplica} where the engine has all of the network's layers and runs on this platform, otherwise a
     * {@link Dl4jReplica}.
     *
     * @param threads for forward and backward
     * @param precision DL4J has float32 only
     * @param notice told why the engine does not run the network, if so
     * @throws UnsupportedOperationException naming the vertex that only DL4J can run, where that rules the precision out
     * @throws IllegalArgumentException if this CPU does not have the precision
     */
    public static NetworkReplica fastest(
            NetworkDefinition definition,
            int largestBatch,
            double labelSmoothing,
            int threads,
            Precision precision,
            Consumer<String> notice) {
        try {
            return new CompiledReplica(definition, largestBatch, labelSmoothing, threads, precision, null);
        } catch (UnsupportedOperationException | LinkageError e) {
            if (precision != Precision.FLOAT32) {
                throw new UnsupportedOperationException(
                        "DL4J must run this network, which has float32 only (precision = fp32): " + e.getMessage(), e);
            }
            notice.accept("DL4J itself runs this network, which is slower: " + e.getMessage());
            return new Dl4jReplica(definition, largestBatch, labelSmoothing);
        }
    }

    /**
     * Refuses data with a column that changes the loss, and that no loss of the network reads ({@link LossColumns}).
     *
     * @param fields of an example
     * @throws IllegalArgumentException naming the column
     * @throws UnsupportedOperationException naming the vertex that only DL4J can run
     */
    public static void requireHeard(NetworkDefinition definition, double labelSmoothing, List<Field> fields) {
        var graph = new ComputationGraph(SerializationUtils.clone(definition.configuration()));
        Set<String> read = GraphTranslator.translate(graph, definition, labelSmoothing).inputs().stream()
                .map(node -> ((Input) node.operation()).column())
                .collect(Collectors.toSet());
        for (String column : LossColumns.among(fields)) {
            if (!read.contains(column)) {
                throw new IllegalArgumentException("the data have a column '" + column
                        + "', which would change the loss, and no loss of this network reads it: give the column another"
                        + " name; if it is a mask, name the input or output that it is for (Feeds.mask)");
            }
        }
    }

    /**
     * Why the engine cannot run a network, so that {@link #fastest} would take DL4J; empty if it can. Of the configuration
     * alone: no parameters are made, and nothing is said of this platform.
     */
    public static Optional<String> obstacle(NetworkDefinition definition, double labelSmoothing) {
        try {
            ComputationGraph graph = new ComputationGraph(SerializationUtils.clone(definition.configuration()));
            if (definition.game() != null) {
                GraphTranslator.translateVertices(graph, definition);
            } else {
                GraphTranslator.translate(graph, definition, labelSmoothing);
            }
            return Optional.empty();
        } catch (UnsupportedOperationException e) {
            return Optional.of(e.getMessage());
        }
    }
}
