package io.lockstep.networks.weights;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A tensor of a safetensors file.
 *
 * @param begin of its numbers, in bytes from the end of the header
 */
public record TensorInfo(String name, TensorType type, List<Long> shape, long begin) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    static TensorInfo ofFloats(String name, long[] shape, long begin) {
        return new TensorInfo(name, TensorType.F32, Arrays.stream(shape).boxed().toList(), begin);
    }

    /** @throws ArithmeticException if they cannot be counted by a long */
    long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    long bytes() {
        return Math.multiplyExact(elements(), (long) type.bytes());
    }

    long end() {
        return Math.addExact(begin, bytes());
    }

    /** As {@code (64, 3, 7, 7)}. */
    String shapeText() {
        return text(shape);
    }

    static String text(List<Long> shape) {
        return shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
    }
}
