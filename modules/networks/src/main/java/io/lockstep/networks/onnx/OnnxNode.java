package io.lockstep.networks.onnx;

import io.lockstep.engine.Shape;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.AttributeProto;

/**
 * A node of the engine's being exported, with what its rule needs.
 *
 * @param shapes of the inputs
 * @param shape of the output
 * @param parameters the node's, as they lie in the flat vector
 */
record OnnxNode(
        OnnxBuilder out, String name, List<OnnxValue> inputs, List<Shape> shapes, Shape shape, float[] parameters) {
    OnnxValue input() {
        return inputs.get(0);
    }

    Shape inputShape() {
        return shapes.get(0);
    }

    float[] parameters(int from, int count) {
        return Arrays.copyOfRange(parameters, from, from + count);
    }

    /** A constant of this node's. */
    String constant(String what, float[] values, long... dimensions) {
        return out.constant(name + "." + what, values, dimensions);
    }

    String scalar(String what, double value) {
        return out.scalar(name + "." + what, value);
    }

    String integers(String what, long... values) {
        return out.integers(name + "." + what, values);
    }

    /** An operator whose output is this node's, or on the way to it. */
    String add(String operator, List<String> from, AttributeProto... attributes) {
        return out.add(operator, name + "/" + operator, from, attributes);
    }

    String add(String operator, String from, AttributeProto... attributes) {
        return add(operator, List.of(from), attributes);
    }

    OnnxValue first(String value) {
        return OnnxValue.channelsFirst(out, value);
    }

    OnnxValue last(String value) {
        return OnnxValue.channelsLast(out, value);
    }

    /** The engine's order of elements as another shape: (N, sizes ...). */
    String reshaped(String channelsLast, long... sizes) {
        long[] whole = new long[sizes.length + 1]; // 0: the batch's size stays
        System.arraycopy(sizes, 0, whole, 1, sizes.length);
        return add("Reshape", List.of(channelsLast, integers("shape", whole)));
    }

    /** An operator of elements, in whichever layout the input is there already. */
    OnnxValue elementwise(String operator, AttributeProto... attributes) {
        return elementwise(x -> add(operator, x, attributes));
    }

    /** Appends operators that do the same in either layout. */
    interface Elements {
        String of(String input);
    }

    OnnxValue elementwise(Elements operators) {
        return input().hasChannelsFirst()
                ? first(operators.of(input().channelsFirst()))
                : last(operators.of(input().channelsLast()));
    }

    /** An operator of all inputs, element by element, in the layout that the first one has. */
    OnnxValue together(String operator) {
        return input().hasChannelsFirst()
                ? first(add(
                        operator, inputs.stream().map(OnnxValue::channelsFirst).toList()))
                : last(add(
                        operator, inputs.stream().map(OnnxValue::channelsLast).toList()));
    }
}
