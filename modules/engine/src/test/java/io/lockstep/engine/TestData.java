package io.lockstep.engine;

import io.lockstep.engine.operations.Losses.BinaryLoss;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Sequences.Embedding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Random;

/** Parameters, examples and labels for a graph, by a seed. */
public final class TestData {
    private TestData() {}

    private static final int SMALLEST_VOCABULARY = 3;

    public static float[] parameters(Graph graph, long seed) {
        Random random = new Random(seed);
        float[] values = new float[Math.toIntExact(graph.parameters())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.4 * random.nextGaussian());
        }
        for (Graph.Node node : graph.nodes()) {
            if (node.operation() instanceof BatchNorm) {
                int channels = node.shape().channels();
                int at = (int) node.parametersAt();
                for (int c = 0; c < channels; c++) {
                    values[at + c] = 0.5f + random.nextFloat();
                    values[at + 3 * channels + c] = 0.2f + random.nextFloat();
                }
            }
        }
        return values;
    }

    public static ByteBuffer features(Graph graph, int examples, long seed) {
        Random random = new Random(seed);
        int count = examples * graph.inputShape().elements();
        ByteBuffer features = ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < count; i++) {
            float value = embeds(graph) ? random.nextInt(SMALLEST_VOCABULARY) : (float) (random.nextGaussian() + 0.5);
            features.putFloat(i * Float.BYTES, value);
        }
        return features;
    }

    /** Whether the input is whole numbers. */
    public static boolean embeds(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> node.operation() instanceof Embedding);
    }

    public static IntBuffer labels(Graph graph, int examples, long seed) {
        Random random = new Random(seed);
        int steps = graph.last().shape().pixels();
        int classes = graph.last().operation() instanceof BinaryLoss
                ? 2
                : graph.last().shape().channels();
        IntBuffer labels = IntBuffer.allocate(examples * steps);
        for (int i = 0; i < examples * steps; i++) {
            boolean without = steps > 1 && random.nextInt(5) == 0;
            labels.put(i, without ? SoftmaxCrossEntropy.NO_LABEL : random.nextInt(classes));
        }
        return labels;
    }

    public static void load(Plan plan, float[] parameters) {
        ByteBuffer to = plan.parameters();
        for (int i = 0; i < parameters.length; i++) {
            to.putFloat(i * Float.BYTES, parameters[i]);
        }
    }
}
