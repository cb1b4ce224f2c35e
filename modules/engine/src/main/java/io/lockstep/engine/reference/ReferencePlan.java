package io.lockstep.engine.reference;

import io.lockstep.engine.Graph;
import io.lockstep.engine.PassBuffers;
import io.lockstep.engine.Plan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.function.LongConsumer;

/** {@link ReferenceNetwork} behind the interface: float32 outside, double precision inside. */
final class ReferencePlan implements Plan {
    private final Graph graph;
    private final int capacity;
    private final PassBuffers buffers;
    private final ByteBuffer parameters;
    private final ByteBuffer gradients;

    ReferencePlan(Graph graph, int capacity) {
        this.graph = graph;
        this.capacity = capacity;
        buffers = new PassBuffers(graph, capacity);
        parameters = floats(graph.parameters());
        gradients = floats(graph.parameters());
    }

    private static ByteBuffer floats(long count) {
        return ByteBuffer.allocateDirect(Math.toIntExact(count * Float.BYTES)).order(ByteOrder.nativeOrder());
    }

    @Override
    public ByteBuffer parameters() {
        return parameters.duplicate().order(ByteOrder.nativeOrder());
    }

    @Override
    public ByteBuffer gradients() {
        return gradients.duplicate().order(ByteOrder.nativeOrder());
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public PassResult forwardBackward(
            ByteBuffer features, IntBuffer labels, int examples, long firstExample, long seed, LongConsumer watermark) {
        ReferenceNetwork network = new ReferenceNetwork(graph, toDoubles(parameters), true, seed, firstExample);
        double[] result = new double[Math.toIntExact(graph.parameters())];
        PassResult pass = new PassResult(0, 0);
        if (examples > 0) {
            buffers.check(features, labels, examples);
            pass = network.forward(input(features, examples), classes(labels, buffers.labels(examples)));
            result = network.backward();
        }
        for (int i = 0; i < result.length; i++) {
            gradients.putFloat(i * Float.BYTES, (float) result[i]);
        }
        watermark.accept(0);
        return pass;
    }

    @Override
    public PassResult evaluate(ByteBuffer features, IntBuffer labels, int examples, int[] predictions) {
        if (examples == 0) {
            return new PassResult(0, 0);
        }
        buffers.check(features, labels, examples);
        ReferenceNetwork network = new ReferenceNetwork(graph, toDoubles(parameters), false, 0, 0);
        PassResult pass = network.forward(input(features, examples), classes(labels, buffers.labels(examples)));
        System.arraycopy(network.predictions(), 0, predictions, 0, network.predictions().length);
        return pass;
    }

    private double[] input(ByteBuffer features, int examples) {
        ByteBuffer all = features.duplicate().order(ByteOrder.nativeOrder());
        return toDoubles(all.slice(all.position(), examples * graph.inputShape().elements() * Float.BYTES)
                .order(ByteOrder.nativeOrder()));
    }

    private static int[] classes(IntBuffer labels, int count) {
        int[] classes = new int[count];
        labels.duplicate().get(classes);
        return classes;
    }

    private static double[] toDoubles(ByteBuffer floats) {
        double[] values = new double[floats.limit() / Float.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats.getFloat(i * Float.BYTES);
        }
        return values;
    }

    @Override
    public void close() {
        // garbage collected
    }
}
