package io.lockstep.training;

import io.lockstep.kernels.FlatVectors;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The parts of a network's gradient that belong to running statistics, weighted one by one as backward announces them.
 * What a mean over shards is made of: each shard's change times its examples.
 */
public final class RunningStatistics {
    private final FlatVectors vectors = FlatVectors.get();
    private final List<Range> ranges;
    private final List<ByteBuffer> gradients;
    private int next;

    public RunningStatistics(NetworkVectors network) {
        ranges = network.statistics();
        gradients = FlatBuffers.slices(network.gradients(), ranges);
    }

    /** A new backward pass: nothing has been weighted yet. */
    public void begin() {
        next = ranges.size() - 1;
    }

    /** Multiplies what became final since the last call. */
    public void scaleFrom(long watermark, float factor) {
        while (next >= 0 && ranges.get(next).start() >= watermark) {
            vectors.scale(gradients.get(next--), factor);
        }
    }
}
