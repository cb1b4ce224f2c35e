package io.lockstep.networks.compiled;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Combination;
import io.lockstep.engine.operations.Formulas.Binary;
import io.lockstep.engine.operations.Formulas.Formula;
import io.lockstep.engine.operations.Formulas.Unary;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.PairFormula;
import io.lockstep.engine.operations.Rearrangements.ReversedTimeSteps;
import io.lockstep.engine.operations.Reductions;
import io.lockstep.engine.operations.Reductions.Over;
import io.lockstep.engine.operations.Reductions.Reduce;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import io.lockstep.networks.layers.CrossAttention;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;

/** DL4J's vertices that are no layers, one line of a table each. */
final class VertexTranslator {
    private final GraphBuilder graph;
    private final boolean channelsLast;
    /** By exact class: what extends one of these does something else. */
    private final Map<Class<?>, Rule<?>> rules = new HashMap<>();

    /** Appends the operations of a vertex. */
    private interface Rule<V extends GraphVertex> {
        /**
         * @param inputs nodes that it reads
         * @return the node that has its output
         */
        String append(String name, V vertex, List<String> inputs);
    }

    VertexTranslator(GraphBuilder graph, LayerTranslator layers, boolean channelsLast) {
        this.graph = graph;
        this.channelsLast = channelsLast;
        AttentionTranslator attention = new AttentionTranslator(graph);
        rule(ElementWiseVertex.class, (name, vertex, x) -> add(name, combination(vertex.getOp()), alike(name, x)));
        rule(MergeVertex.class, this::merged);
        rule(SubsetVertex.class, (name, vertex, x) -> {
            int count = vertex.getTo() - vertex.getFrom() + 1; // inclusive
            return add(name, new ChannelRange(vertex.getFrom(), count), x.get(0));
        });
        rule(
                PreprocessorVertex.class,
                (name, vertex, x) -> layers.preprocess(name, vertex.getPreProcessor(), x.get(0)));
        rule(CrossAttention.class, (name, vertex, x) -> add(name, vertex.operation(), x.get(0), x.get(1)));
        rule(
                AttentionVertex.class,
                (name, vertex, x) -> attention.attention(name, vertex, x.get(0), x.get(1), x.get(2)));
        rule(
                LastTimeStepVertex.class,
                (name, vertex, x) -> add(name, new TakeTimeStep(TakeTimeStep.Which.LAST), x.get(0)));
        rule(DuplicateToTimeSeriesVertex.class, (name, vertex, x) -> {
            int steps = graph.shapeOf(vertex.getInputName()).height();
            return new MovingLayers(graph).repeat(name, steps, x.get(0));
        });
        rule(
                PoolHelperVertex.class,
                (name, vertex, x) -> new MovingLayers(graph).crop(name, new int[] {1, 0, 1, 0}, x.get(0)));
        rule(L2Vertex.class, (name, vertex, x) -> distance(name, alike(name, x)));
        rule(L2NormalizeVertex.class, this::normalized);
        rule(ScaleVertex.class, (name, vertex, x) -> {
            return add(name, new Unary(Formula.SCALE, vertex.getScaleFactor()), x.get(0));
        });
        rule(ShiftVertex.class, (name, vertex, x) -> {
            return add(name, new Unary(Formula.SHIFT, vertex.getShiftFactor()), x.get(0));
        });
        rule(ReverseTimeSeriesVertex.class, (name, vertex, x) -> add(name, new ReversedTimeSteps(), x.get(0)));
        rule(ReshapeVertex.class, (name, vertex, x) -> reshape(name, vertex, x.get(0)));
    }

    private <V extends GraphVertex> void rule(Class<V> type, Rule<V> rule) {
        rules.put(type, rule);
    }

    /** @return the node that has the vertex's output */
    @SuppressWarnings("unchecked") // rule() puts them in by their class
    String vertex(String name, GraphVertex vertex, List<String> inputs) {
        Rule<GraphVertex> rule = (Rule<GraphVertex>) rules.get(vertex.getClass());
        if (rule == null) {
            throw GraphTranslator.unsupported(name, vertex.getClass().getSimpleName());
        }
        return rule.append(name, vertex, inputs);
    }

    private String add(String name, Operation operation, String... inputs) {
        graph.add(name, operation, inputs);
        return name;
    }

    /** What a vertex reads element by element: DL4J also repeats a vector of one element. */
    private String[] alike(String name, List<String> inputs) {
        for (String input : inputs) {
            if (!graph.shapeOf(input).equals(graph.shapeOf(inputs.get(0)))) {
                throw GraphTranslator.unsupported(name, "vertex of inputs of different shapes");
            }
        }
        return inputs.toArray(String[]::new);
    }

    private String merged(String name, MergeVertex vertex, List<String> inputs) {
        boolean images = graph.shapeOf(inputs.get(0)).pixels() > 1 && inputs.size() > 1;
        if (images && vertex.getMergeAxis() != (channelsLast ? 3 : 1)) {
            throw GraphTranslator.unsupported(name, "merging along axis " + vertex.getMergeAxis());
        }
        return add(name, new Concatenation(), inputs.toArray(String[]::new));
    }

    private static Operation combination(ElementWiseVertex.Op operation) {
        return switch (operation) {
            case Add -> new Add();
            case Subtract -> new Combination(Combination.How.DIFFERENCE);
            case Product -> new Combination(Combination.How.PRODUCT);
            case Average -> new Combination(Combination.How.MEAN);
            case Max -> new Combination(Combination.How.MAXIMUM);
        };
    }

    /** The Euclidean norm of the difference of two, over all elements of an example. */
    private String distance(String name, String[] inputs) {
        String difference = add(graph.beside(name, "difference"), new Combination(Combination.How.DIFFERENCE), inputs);
        return add(name, new Reduce(Reductions.How.NORM, Over.ALL), difference);
    }

    /** Divided by the Euclidean norm of all elements of an example. */
    private String normalized(String name, L2NormalizeVertex vertex, List<String> inputs) {
        if (vertex.getDimension() != null && vertex.getDimension().length > 0) {
            throw GraphTranslator.unsupported(name, "L2NormalizeVertex along some dimensions");
        }
        String norm = add(graph.beside(name, "norm"), new Reduce(Reductions.How.NORM, Over.ALL), inputs.get(0));
        String kept = add(graph.beside(name, "kept"), new Unary(Formula.AT_LEAST, vertex.getEps()), norm);
        return add(name, new Binary(PairFormula.QUOTIENT), inputs.get(0), kept);
    }

    /** Of what lies in DL4J's memory as it does in the engine's, before and after. */
    private String reshape(String name, ReshapeVertex vertex, String input) {
        int[] to = vertex.getNewShape();
        if (vertex.getReshapeOrder() != 'c' || to[0] != -1 || to.length < 2 || to.length > 4) {
            throw GraphTranslator.unsupported(
                    name, "ReshapeVertex but of order c, with the batch, -1, as the first dimension");
        }
        Shape shape = to.length == 2
                ? Shape.vector(to[1])
                : to.length == 3 ? Shape.sequence(to[2], to[1]) : new Shape(to[2], to[3], to[1]);
        // what comes out is (channels, height, width) to DL4J, whatever the network's layout
        if (!isInOrder(graph.shapeOf(input), channelsLast) || !isInOrder(shape, false)) {
            throw GraphTranslator.unsupported(name, "ReshapeVertex from or to several channels of several places");
        }
        return add(name, new Reshape(shape), input);
    }

    /** Whether DL4J's array is the engine's (height, width, channels). */
    private static boolean isInOrder(Shape shape, boolean channelsLast) {
        boolean image = shape.width() > 1;
        return shape.channels() == 1 || shape.pixels() == 1 || image && channelsLast;
    }
}
