package io.lockstep.engine;

import io.lockstep.engine.Graph.Node;
import io.lockstep.kernels.FlatVectors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;

/**
 * A plan of a graph whose nodes share parameters or keep them as they are, made of one where each has its own: before a pass
 * every node gets a copy of its parameters, and after it gradients are added up where they belong. So a backend need not
 * know; what it costs is two copies of the vectors, and that gradients are final at the end of a pass only.
 */
public final class TiedPlan implements Plan {
    private final Graph graph;
    private final Plan own;
    private final ByteBuffer parameters;
    private final ByteBuffer gradients;
    private final List<TiedRange> ranges;

    /** One node's part of the vectors: where it belongs, and where its copy is. */
    private record TiedRange(
            ByteBuffer parameters,
            ByteBuffer ownParameters,
            ByteBuffer gradients,
            ByteBuffer ownGradients,
            boolean trains,
            boolean first) {
        int bytes() {
            return parameters.limit();
        }
    }

    /** @param backend makes a plan with vectors of its own */
    public TiedPlan(Graph graph, PlanOptions options, BiFunction<Graph, PlanOptions, Plan> backend) {
        this.graph = graph;
        Graph untied = graph.withOwnParameters();
        own = backend.apply(untied, options.withParameters(null).withGradients(null));
        parameters = vector(options.parameters());
        gradients = vector(options.gradients());
        ranges = graph.nodes().stream()
                .filter(node -> node.parameters() > 0)
                .map(node -> range(node, untied.node(node.index())))
                .toList();
    }

    private TiedRange range(Node node, Node untied) {
        return new TiedRange(
                part(parameters, node),
                part(own.parameters(), untied),
                part(gradients, node),
                part(own.gradients(), untied),
                graph.trains(node),
                graph.ownerOf(node) == node);
    }

    private static ByteBuffer part(ByteBuffer vector, Node node) {
        int at = Math.toIntExact(node.parametersAt() * Float.BYTES);
        return vector.slice(at, node.parameters() * Float.BYTES).order(ByteOrder.nativeOrder());
    }

    private ByteBuffer vector(ByteBuffer given) {
        return given == null
                ? ByteBuffer.allocateDirect(Math.toIntExact(graph.parameters() * Float.BYTES))
                        .order(ByteOrder.nativeOrder())
                : given.slice().order(ByteOrder.nativeOrder());
    }

    private void load() {
        for (int i = 0; i < ranges.size(); i++) {
            TiedRange range = ranges.get(i);
            range.ownParameters().put(0, range.parameters(), 0, range.bytes());
        }
    }

    private void store() {
        for (int i = 0; i < ranges.size(); i++) {
            TiedRange range = ranges.get(i);
            if (range.first()) {
                clear(range.gradients());
            }
            if (range.trains()) {
                FlatVectors.get().addScaled(range.gradients(), 1, range.ownGradients());
            }
        }
    }

    private static void clear(ByteBuffer floats) {
        for (int at = 0; at < floats.limit(); at += Float.BYTES) {
            floats.putFloat(at, 0);
        }
    }

    @Override
    public Graph graph() {
        return graph;
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
        return own.capacity();
    }

    @Override
    public Pass pass() {
        return own.pass();
    }

    @Override
    public void forwardBackward(Pass pass, LongConsumer watermark) {
        load();
        own.forwardBackward(pass, mark -> {});
        store();
        watermark.accept(0);
    }

    @Override
    public void evaluate(Pass pass) {
        load();
        own.evaluate(pass);
    }

    @Override
    public void forward(Pass pass, boolean asTraining) {
        load();
        own.forward(pass, asTraining);
    }

    @Override
    public Sums sums() {
        return own.sums();
    }

    @Override
    public ByteBuffer output(String node) {
        return own.output(node);
    }

    @Override
    public ByteBuffer scores() {
        return own.scores();
    }

    @Override
    public ByteBuffer inputGradient() {
        return own.inputGradient();
    }

    @Override
    public long nativeBytes() {
        return own.nativeBytes();
    }

    @Override
    public boolean rounds() {
        return own.rounds();
    }

    @Override
    public int threads() {
        return own.threads();
    }

    @Override
    public void onEveryThread(SharedWork work) {
        own.onEveryThread(work);
    }

    @Override
    public void startProfile() {
        own.startProfile();
    }

    @Override
    public List<TaskProfile> profile() {
        return own.profile();
    }

    @Override
    public void close() {
        own.close();
    }
}
