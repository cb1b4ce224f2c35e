package io.lockstep.training;

import io.lockstep.kernels.FlatVectors;
import java.nio.ByteBuffer;

/**
 * The gradient of a step that takes several backward passes: the sum of theirs. Only the last one announces: until then
 * nothing is final. A running statistic's change is the mean of the passes', weighted by their shares.
 */
public final class GradientParts {
    private final FlatVectors vectors = FlatVectors.get();
    private final NetworkVectors network;
    private final RunningStatistics statistics;
    private final ByteBuffer sum;
    private boolean empty = true;

    public GradientParts(NetworkVectors network) {
        this.network = network;
        statistics = new RunningStatistics(network);
        sum = FlatBuffers.allocate(FlatBuffers.elements(network.gradients()));
    }

    /** Before each pass but the last of a step. */
    public void begin() {
        statistics.begin();
    }

    /**
     * After each pass but the last.
     *
     * @param share of the step's examples that the pass had, from 0 to 1
     */
    public void keep(float share) {
        statistics.scaleFrom(0, share);
        if (empty) {
            sum.duplicate().put(network.gradients().duplicate());
        } else {
            vectors.addScaled(sum, 1, network.gradients());
        }
        empty = false;
    }

    /**
     * For the last pass: adds what was kept to each piece of the gradient before it is announced.
     *
     * @param share as in {@link #keep}
     */
    public GradientListener last(float share, GradientListener listener) {
        statistics.begin();
        boolean alone = empty;
        empty = true;
        return new GradientListener() {
            private long from = FlatBuffers.elements(network.gradients());

            @Override
            public void gradientsReadyFrom(long watermark) {
                if (watermark < from) {
                    statistics.scaleFrom(watermark, share);
                    if (!alone) {
                        Range fresh = new Range(watermark, from);
                        vectors.addScaled(
                                FlatBuffers.slice(network.gradients(), fresh), 1, FlatBuffers.slice(sum, fresh));
                    }
                    from = watermark;
                }
                listener.gradientsReadyFrom(watermark);
            }
        };
    }
}
