package io.lockstep.engine.reference;

import io.lockstep.engine.ElementType;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Pass;
import io.lockstep.engine.PassBuffers;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.Sums;
import io.lockstep.engine.TaskProfile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.LongConsumer;

/** {@link ReferenceNetwork} behind the interface: float32 outside, double precision inside. */
final class ReferencePlan implements Plan {
    private final Graph graph;
    private final int capacity;
    private final PassBuffers buffers;
    private final ByteBuffer parameters;
    private final ByteBuffer gradients;

    private final Pass ownPass;
    private final Sums sums;
    private ReferenceNetwork last;
    private double[] inputGradient = {};

    ReferencePlan(Graph graph, PlanOptions options) {
        this.graph = graph;
        capacity = options.capacity();
        buffers = new PassBuffers(graph, capacity);
        ownPass = new Pass(graph);
        sums = new Sums(graph);
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
    public Pass pass() {
        return ownPass;
    }

    @Override
    public void forwardBackward(Pass pass, LongConsumer watermark) {
        double[] result = new double[Math.toIntExact(graph.parameters())];
        sums.clear();
        if (pass.examples() > 0) {
            run(pass, true);
            tell();
            result = last.backward();
            inputGradient = last.inputGradient();
        }
        for (int i = 0; i < result.length; i++) {
            gradients.putFloat(i * Float.BYTES, (float) result[i]);
        }
        watermark.accept(0);
    }

    @Override
    public void evaluate(Pass pass) {
        sums.clear();
        last = null;
        if (pass.examples() > 0) {
            run(pass, false);
            tell();
        }
    }

    @Override
    public void forward(Pass pass, boolean asTraining) {
        run(pass, asTraining);
    }

    private void run(Pass pass, boolean asTraining) {
        buffers.check(pass);
        List<Graph.Node> inputs = graph.inputs();
        double[][] given = new double[inputs.size()][];
        for (int slot = 0; slot < given.length; slot++) {
            Input input = (Input) inputs.get(slot).operation();
            given[slot] = new double[pass.examples() * input.shape().elements()];
            for (int i = 0; i < given[slot].length; i++) {
                given[slot][i] = input.type() == ElementType.INT32 ? pass.intAt(slot, i) : pass.floatAt(slot, i);
            }
        }
        last = new ReferenceNetwork(graph, toDoubles(parameters), asTraining, pass.seed(), pass.firstExample());
        last.forward(given, pass.examples());
    }

    private void tell() {
        for (int i = 0; i < sums.losses().size(); i++) {
            double[] told = last.sums(sums.losses().get(i));
            System.arraycopy(told, 0, sums.valuesOf(i), 0, told.length);
        }
    }

    @Override
    public Sums sums() {
        return sums;
    }

    @Override
    public ByteBuffer output(String node) {
        Graph.Node wanted = graph.named(node);
        boolean read = graph.losses().stream().anyMatch(loss -> loss.input() == wanted.index());
        if (!graph.isOutput(wanted) && !read && graph.last().input() != wanted.index()) {
            throw new IllegalArgumentException("the output of " + node + " is not kept");
        }
        return readOnly(last.output(wanted));
    }

    @Override
    public ByteBuffer scores() {
        return readOnly(last == null ? new double[0] : last.scores());
    }

    private static ByteBuffer readOnly(double[] values) {
        return toFloats(values).asReadOnlyBuffer().order(ByteOrder.nativeOrder());
    }

    private static double[] toDoubles(ByteBuffer floats) {
        double[] values = new double[floats.limit() / Float.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats.getFloat(i * Float.BYTES);
        }
        return values;
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
    public List<TaskProfile> profile() {
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
