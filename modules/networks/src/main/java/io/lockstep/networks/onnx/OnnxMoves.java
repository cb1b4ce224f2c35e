package io.lockstep.networks.onnx;

import io.lockstep.engine.ExampleOperation.Rearrangement;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Pixels;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Moves.Rows;
import io.lockstep.engine.operations.Moves.ZeroPadding;
import io.lockstep.engine.operations.Rearrangements.StopGradient;
import io.lockstep.engine.operations.Rearrangements.Transpose;
import io.lockstep.engine.operations.Sources.Constant;
import io.lockstep.engine.operations.Sources.Parameter;
import java.util.Arrays;
import java.util.List;

/** Elements that come to lie elsewhere. */
final class OnnxMoves {
    private OnnxMoves() {}

    static void addTo(OnnxRules rules) {
        rules.add(Concatenation.class, (concatenation, node) -> concatenated(node));
        rules.add(ZeroPadding.class, OnnxMoves::padded);
        rules.add(ChannelRange.class, (range, node) -> {
            boolean first = node.input().hasChannelsFirst();
            String x = first ? node.input().channelsFirst() : node.input().channelsLast();
            String part = slice(node, x, first ? 1 : 3, range.first(), range.first() + range.count());
            return first ? node.first(part) : node.last(part);
        });
        rules.add(Reshape.class, (reshape, node) -> inOrder(node));
        rules.add(Rows.class, (rows, node) -> inOrder(node));
        rules.add(Pixels.class, (pixels, node) -> inOrder(node));
        rules.add(
                Flatten.class,
                (flatten, node) -> node.last(node.reshaped(
                        flatten.channelsFirst()
                                ? node.input().channelsFirst()
                                : node.input().channelsLast(),
                        1,
                        1,
                        node.inputShape().elements())));
        rules.add(StopGradient.class, (stop, node) -> node.input());
        rules.add(
                Transpose.class,
                (transpose, node) -> node.last(node.add(
                        "Transpose",
                        node.input().channelsLast(),
                        OnnxBuilder.integerList(
                                "perm",
                                0,
                                transpose.order().get(0) + 1,
                                transpose.order().get(1) + 1,
                                transpose.order().get(2) + 1))));
        rules.add(Parameter.class, (parameter, node) -> given(node, node.parameters()));
        rules.add(Constant.class, (constant, node) -> {
            float[] values = new float[constant.values().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = constant.values().get(i);
            }
            return given(node, values);
        });
    }

    /** The same for each example. */
    private static OnnxValue given(OnnxNode node, float[] values) {
        Shape shape = node.shape();
        return node.last(node.constant("values", values, 1, shape.height(), shape.width(), shape.channels()));
    }

    private static OnnxValue concatenated(OnnxNode node) {
        boolean first = node.input().hasChannelsFirst();
        List<String> from = node.inputs().stream()
                .map(input -> first ? input.channelsFirst() : input.channelsLast())
                .toList();
        String all = node.add("Concat", from, OnnxBuilder.integer("axis", first ? 1 : 3));
        return first ? node.first(all) : node.last(all);
    }

    private static OnnxValue padded(ZeroPadding padding, OnnxNode node) {
        String pads = node.integers(
                "pads",
                0,
                padding.channelsBefore(),
                padding.top(),
                padding.left(),
                0,
                padding.channelsAfter(),
                padding.bottom(),
                padding.right());
        return node.first(node.add("Pad", List.of(node.input().channelsFirst(), pads)));
    }

    /** The engine's order of elements in another shape. */
    private static OnnxValue inOrder(OnnxNode node) {
        Shape shape = node.shape();
        return node.last(node.reshaped(node.input().channelsLast(), shape.height(), shape.width(), shape.channels()));
    }

    /** Elements from {@code begin} to {@code end} along an axis; negative ones are counted from the last. */
    static String slice(OnnxNode node, String x, int axis, long begin, long end) {
        return node.add(
                "Slice",
                List.of(x, node.integers("begin", begin), node.integers("end", end), node.integers("axis", axis)));
    }

    /** Any other, element by element. */
    static OnnxValue gathered(Rearrangement rearrangement, OnnxNode node) {
        long[] sources = Arrays.stream(rearrangement.sources(node.inputShape()))
                .asLongStream()
                .toArray();
        String flat =
                node.reshaped(node.input().channelsLast(), node.inputShape().elements());
        String gathered =
                node.add("Gather", List.of(flat, node.integers("sources", sources)), OnnxBuilder.integer("axis", 1));
        Shape shape = node.shape();
        return node.last(node.reshaped(gathered, shape.height(), shape.width(), shape.channels()));
    }
}
