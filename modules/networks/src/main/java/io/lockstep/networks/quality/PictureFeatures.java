package io.lockstep.networks.quality;

import io.lockstep.engine.Backend;
import io.lockstep.engine.Backends;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a trained classifier sees in pictures: what its output layer reads, and the class that it takes them for. */
public final class PictureFeatures implements AutoCloseable {
    private final Dl4jReplica network;
    private final Plan features;
    private final Plan output;
    private final int size;
    private final int classes;

    /**
     * @param model what a checkpoint of the classifier holds
     * @param capacity most pictures at once
     * @throws IOException if that is another network's
     */
    public PictureFeatures(NetworkDefinition classifier, byte[] model, int capacity, int threads) throws IOException {
        network = new Dl4jReplica(classifier, 1, 0);
        network.load(new ByteArrayInputStream(model));
        Graph graph = CompiledReplica.graphOf(network, classifier);
        Graph.Node scores = graph.node(graph.last().input());
        Graph.Node read = graph.node(scores.input());
        size = read.shape().elements();
        classes = scores.shape().elements();
        Graph upToFeatures = graph.upTo(read.name());
        Graph upToScores = graph.upTo(scores.name());
        Backend backend = Backends.standard();
        PlanOptions options = PlanOptions.of(capacity).withThreads(threads);
        features = backend.compile(upToFeatures, options.withParameters(first(network.parameters(), upToFeatures)));
        output = backend.compile(upToScores, options.withParameters(first(network.parameters(), upToScores)));
    }

    private static ByteBuffer first(ByteBuffer parameters, Graph part) {
        return parameters
                .slice(0, Math.toIntExact(part.parameters() * Float.BYTES))
                .order(ByteOrder.nativeOrder());
    }

    /** Numbers of a picture's features. */
    public int size() {
        return size;
    }

    /**
     * @param pictures (count, H, W, C), scaled as the classifier was trained on
     * @return (count, size)
     */
    public double[][] of(ByteBuffer pictures, int count) {
        features.forward(pictures, count, 0, 0, false);
        ByteBuffer read = features.scores();
        double[][] rows = new double[count][size];
        for (int i = 0; i < count * size; i++) {
            rows[i / size][i % size] = read.getFloat(i * Float.BYTES);
        }
        return rows;
    }

    /** The most probable class of each. */
    public int[] classesOf(ByteBuffer pictures, int count) {
        output.forward(pictures, count, 0, 0, false);
        ByteBuffer scores = output.scores();
        int[] best = new int[count];
        for (int i = 0; i < count; i++) {
            for (int c = 1; c < classes; c++) {
                float score = scores.getFloat((i * classes + c) * Float.BYTES);
                best[i] = score > scores.getFloat((i * classes + best[i]) * Float.BYTES) ? c : best[i];
            }
        }
        return best;
    }

    @Override
    public void close() {
        try (var first = network;
                var second = features;
                var third = output) {
            // closed by leaving
        }
    }
}
