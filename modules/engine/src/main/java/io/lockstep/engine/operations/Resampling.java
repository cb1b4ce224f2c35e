package io.lockstep.engine.operations;

import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import java.util.List;

/** Fewer pixels, or more, of as many channels. */
public final class Resampling {
    private Resampling() {}

    /** Of what each window sees, channel by channel. */
    public record Pooling(PoolingKind kind, Window window) implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            if (kind != PoolingKind.AVERAGE_WITH_PADDING && window.seesPaddingAlone(x)) {
                throw new IllegalArgumentException("a window of " + kind + " pooling sees padding alone, of which"
                        + " there is no maximum and no mean: input " + x + ", " + window);
            }
            return window.outputOf(x, x.channels());
        }
    }

    public enum PoolingKind {
        MAX,
        /** Of the pixels inside the image. */
        AVERAGE,
        /** Padding counts as zeros. */
        AVERAGE_WITH_PADDING
    }

    /**
     * The p-norm of a window's pixels, (sum |x|^p)^(1/p), padding counting as zeros: Gulcehre et al. 2014, "Learned-Norm
     * Pooling", with a p that is given.
     *
     * @param p 1 or more
     */
    public record NormPooling(double p, Window window) implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return window.outputOf(inputs.get(0), inputs.get(0).channels());
        }
    }

    /** Each pixel {@code height} times below and {@code width} times beside itself: what is called nearest-neighbour. */
    public record Upsampling(int height, int width) implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            return new Shape(x.height() * height, x.width() * width, x.channels());
        }
    }
}
