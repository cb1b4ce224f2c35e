package io.lockstep.networks.onnx;

import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Sequences.ClassToken;
import io.lockstep.engine.operations.Sequences.Embedding;
import io.lockstep.engine.operations.Sequences.Positions;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import io.lockstep.engine.operations.Sequences.TimeStepRange;
import java.util.List;

/** On vectors and the steps of sequences, which are (N, T, 1, F). */
final class OnnxSequences {
    private static final long TO_THE_END = Integer.MAX_VALUE;

    private OnnxSequences() {}

    static void addTo(OnnxRules rules) {
        rules.add(Dense.class, OnnxSequences::dense);
        rules.add(Embedding.class, OnnxSequences::embedding);
        rules.add(Positions.class, OnnxSequences::positions);
        rules.add(ClassToken.class, (token, node) -> classToken(node));
        rules.add(TakeTimeStep.class, OnnxSequences::takeStep);
        rules.add(
                TimeStepRange.class,
                (range, node) -> node.last(OnnxMoves.slice(
                        node, node.input().channelsLast(), 1, range.first(), range.first() + range.count())));
        rules.add(Attention.class, OnnxSequences::attention);
    }

    private static OnnxValue dense(Dense dense, OnnxNode node) {
        int inputs = node.inputShape().channels();
        int outputs = dense.outputs();
        float[] weights = turned(node.parameters(0, inputs * outputs), outputs, inputs);
        String product = node.add(
                "MatMul", List.of(node.input().channelsLast(), node.constant("weight", weights, inputs, outputs)));
        if (!dense.bias()) {
            return node.last(product);
        }
        String bias = node.constant("bias", node.parameters(inputs * outputs, outputs), outputs);
        return node.last(node.add("Add", List.of(product, bias)));
    }

    /** (rows, columns) to (columns, rows). */
    private static float[] turned(float[] matrix, int rows, int columns) {
        float[] turned = new float[matrix.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = matrix[row * columns + column];
            }
        }
        return turned;
    }

    /** Of whole numbers, (N, T), which such an input is. */
    private static OnnxValue embedding(Embedding embedding, OnnxNode node) {
        int units = embedding.units();
        float[] table = turned(node.parameters(), units, embedding.vocabulary());
        String rows = node.add(
                "Gather",
                List.of(
                        node.constant("weight", table, embedding.vocabulary(), units),
                        node.input().channelsLast()),
                OnnxBuilder.integer("axis", 0));
        return node.last(node.reshaped(rows, node.shape().height(), 1, units));
    }

    private static OnnxValue positions(Positions positions, OnnxNode node) {
        Shape shape = node.shape();
        float[] table = node.parameters();
        if (!positions.learned()) {
            table = new float[shape.elements()];
            for (int i = 0; i < table.length; i++) {
                int features = shape.channels();
                table[i] = (float) Positions.sinusoid(i / features, i % features, features);
            }
        }
        String places = node.constant("places", table, 1, shape.height(), 1, shape.channels());
        return node.last(node.add("Add", List.of(node.input().channelsLast(), places)));
    }

    /** As often as there are examples. */
    private static OnnxValue classToken(OnnxNode node) {
        String x = node.input().channelsLast();
        long features = node.shape().channels();
        String examples = OnnxMoves.slice(node, node.add("Shape", x), 0, 0, 1);
        String shape = node.add(
                "Concat", List.of(examples, node.integers("one", 1, 1, features)), OnnxBuilder.integer("axis", 0));
        String token = node.constant("token", node.parameters(), 1, 1, 1, features);
        String tokens = node.add("Expand", List.of(token, shape));
        return node.last(node.add("Concat", List.of(tokens, x), OnnxBuilder.integer("axis", 1)));
    }

    private static OnnxValue takeStep(TakeTimeStep take, OnnxNode node) {
        if (take.masked()) {
            throw new UnsupportedOperationException("the last step of a masked sequence is not written");
        }
        boolean first = take.which() == TakeTimeStep.Which.FIRST;
        String x = node.input().channelsLast();
        return node.last(OnnxMoves.slice(node, x, 1, first ? 0 : -1, first ? 1 : TO_THE_END));
    }

    private static OnnxValue attention(Attention attention, OnnxNode node) {
        if (attention.padding()) {
            throw new UnsupportedOperationException("attention that leaves out steps is not written");
        }
        boolean crosses = attention.crosses(node.shapes());
        int features = attention.features(node.shapes());
        int heads = attention.heads();
        int queries = node.inputShape().height();
        int keys = node.shapes().get(crosses ? 1 : 0).height();
        String of = node.input().channelsLast();
        String source = node.inputs().get(crosses ? 1 : 0).channelsLast();
        int behind = crosses ? 0 : features; // where keys begin among the source's features
        String q = headed(node, of, 0, features, queries, heads);
        String k = headed(node, source, behind, features, keys, heads);
        String v = headed(node, source, behind + features, features, keys, heads);
        String turned = node.add("Transpose", k, OnnxBuilder.integerList("perm", 0, 1, 3, 2));
        String scale = node.scalar("scale", 1 / Math.sqrt((double) features / heads));
        String scores = node.add("Mul", List.of(node.add("MatMul", List.of(q, turned)), scale));
        if (attention.causal()) {
            scores = node.add("Add", List.of(scores, causalMask(node, keys)));
        }
        String weights = node.add("Softmax", scores, OnnxBuilder.integer("axis", 3));
        String attended = node.add(
                "Transpose", node.add("MatMul", List.of(weights, v)), OnnxBuilder.integerList("perm", 0, 2, 1, 3));
        return node.last(node.reshaped(attended, queries, 1, features));
    }

    /** Some features of a sequence as (N, heads, T, features of a head). */
    private static String headed(OnnxNode node, String x, int first, int features, int steps, int heads) {
        String part = OnnxMoves.slice(node, x, 3, first, first + features);
        String split = node.reshaped(part, steps, heads, features / heads);
        return node.add("Transpose", split, OnnxBuilder.integerList("perm", 0, 2, 1, 3));
    }

    private static String causalMask(OnnxNode node, int steps) {
        float[] mask = new float[steps * steps];
        for (int query = 0; query < steps; query++) {
            for (int key = query + 1; key < steps; key++) {
                mask[query * steps + key] = Float.NEGATIVE_INFINITY;
            }
        }
        return node.constant("mask", mask, steps, steps);
    }
}
