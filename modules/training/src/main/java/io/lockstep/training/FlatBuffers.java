package io.lockstep.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Views of flat float32 vectors. */
public final class FlatBuffers {
    private FlatBuffers() {}

    public static long elements(ByteBuffer floats) {
        return floats.limit() / Float.BYTES;
    }

    /** A new vector of zeros, direct, in native order. */
    public static ByteBuffer allocate(long elements) {
        return ByteBuffer.allocateDirect(Math.toIntExact(elements * Float.BYTES))
                .order(ByteOrder.nativeOrder());
    }

    /** A view of the range, position 0, in native order, on the same memory. */
    public static ByteBuffer slice(ByteBuffer floats, Range range) {
        int start = Math.toIntExact(range.start() * Float.BYTES);
        int bytes = Math.toIntExact(range.size() * Float.BYTES);
        return floats.slice(start, bytes).order(ByteOrder.nativeOrder());
    }

    /** Views of the ranges, in their order. */
    public static List<ByteBuffer> slices(ByteBuffer floats, List<Range> ranges) {
        return ranges.stream().map(range -> slice(floats, range)).toList();
    }

    /** What of a network's flat vectors is parameters: all but the running statistics. Ascending, disjoint. */
    public static List<Range> parameterRanges(NetworkVectors network) {
        List<Range> ranges = new ArrayList<>();
        long start = 0;
        for (Range statistic : network.statistics()) {
            if (statistic.start() > start) {
                ranges.add(new Range(start, statistic.start()));
            }
            start = statistic.end();
        }
        if (elements(network.gradients()) > start) {
            ranges.add(new Range(start, elements(network.gradients())));
        }
        return ranges;
    }
}
