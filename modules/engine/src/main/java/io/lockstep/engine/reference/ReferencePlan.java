package io.lockstep.engine.reference;

import io.lockstep.engine.Graph;
import io.lockstep.engine.PassBuffers;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.StepProfile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import java.util.function.LongConsumer;

/** {@link ReferenceNetwork} behind the interface: float32 outside, double precision inside. */
final class ReferencePlan implements Plan {
    private final Graph graph;
    private final int capacity;
    private final PassBuffers buffers;
    private final ByteBuffer parameters;
    private final ByteBuffer gradients;

    private double[] scores = {};
    private double[] inputGradient = {};

    ReferencePlan(Graph graph, PlanOptions options) {
        this.graph = graph;
        capacity = options.capacity();
        buffers = new PassBuffers(graph, capacity);
        parameters = vector(options.parameters());
        gradients = vector(options.gradients());
    }

    private ByteBuffer vector(ByteBuffer given) {
        return given == null ? floats(graph.parameters()) : given.slice().order(ByteOrder.nativeOrder());
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
    public Graph graph() {
        return graph;
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
            scores = network.scores();
            inputGradient = network.inputGradient();
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
        scores = network.scores();
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
    public void forward(ByteBuffer features, int examples, long firstExample, long seed, boolean asTraining) {
        buffers.checkFeatures(features, examples);
        scores = new ReferenceNetwork(graph, toDoubles(parameters), asTraining, seed, firstExample)
                .forward(input(features, examples), examples);
    }

    @Override
    public ByteBuffer scores() {
        return toFloats(scores).asReadOnlyBuffer().order(ByteOrder.nativeOrder());
    }

    @Override
    public float[] judgements() {
        float[] judgements = new float[scores.length];
        toFloats(scores).asFloatBuffer().get(judgements);
        return judgements;
    }

    @Override
    public void weighExamples(float[] weights) {
        if (weights != null) {
            throw new UnsupportedOperationException("the reference counts every example alike");
        }
    }

    @Override
    public void mixLabels(IntBuffer others, FloatBuffer shares) {
        if (others != null) {
            throw new UnsupportedOperationException("the reference mixes no labels");
        }
    }

    @Override
    public ByteBuffer inputGradient() {
        return toFloats(inputGradient);
    }

    @Override
    public long nativeBytes() {
        return 0; // what it has outside the heap are direct buffers, which the JVM counts
    }

    @Override
    public boolean rounds() {
        return false;
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public void onEveryThread(SharedWork work) {
        work.run(0, 1);
    }

    @Override
    public void startProfile() {
        // it does not count
    }

    @Override
    public List<StepProfile> profile() {
        return List.of();
    }

    private static ByteBuffer toFloats(double[] values) {
        ByteBuffer all = floats(values.length);
        for (int i = 0; i < values.length; i++) {
            all.putFloat(i * Float.BYTES, (float) values[i]);
        }
        return all;
    }

    @Override
    public void close() {
        // garbage collected
    }
}
