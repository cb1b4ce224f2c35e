package io.lockstep.engine.operations;

import io.lockstep.engine.DropoutMask;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import java.util.List;

/**
 * What changes activations at random in training, y = x times factor plus offset, and is the identity in evaluation.
 * Both numbers are a function of (seed, stream of the node, element): see {@link ActivationNoise}.
 */
public interface Noise extends Operation {
    @Override
    default Shape outputOf(List<Shape> inputs) {
        return inputs.get(0);
    }

    /**
     * @param node its {@link io.lockstep.engine.Graph.Node#stream}
     * @param shape of an example
     * @param element of the whole batch, in memory's order; the whole batch may be that of many ranks
     */
    default double factor(long seed, int node, Shape shape, long element) {
        return 1;
    }

    /** As {@link #factor}. */
    default double offset(long seed, int node, Shape shape, long element) {
        return 0;
    }

    /** Each element is kept with probability {@code retain} and then divided by it, otherwise 0. */
    record Dropout(double retain) implements Noise {
        @Override
        public double factor(long seed, int node, Shape shape, long element) {
            return DropoutMask.keeps(seed, node, element, retain) ? 1 / retain : 0;
        }
    }

    /** Dropout of whole channels of an example (Tompson et al. 2015). */
    record SpatialDropout(double retain) implements Noise {
        @Override
        public double factor(long seed, int node, Shape shape, long element) {
            long example = element / shape.elements();
            long map = example * shape.channels() + element % shape.channels();
            return DropoutMask.keeps(seed, node, map, retain) ? 1 / retain : 0;
        }
    }

    /** Each element times a normal variable of mean 1 and variance rate / (1 - rate) (Srivastava et al. 2014, 10). */
    record GaussianDropout(double rate) implements Noise {
        @Override
        public double factor(long seed, int node, Shape shape, long element) {
            return 1 + Math.sqrt(rate / (1 - rate)) * DropoutMask.gaussian(seed, node, element);
        }
    }

    /** Each element plus a normal variable of mean 0. */
    record GaussianNoise(double deviation) implements Noise {
        @Override
        public double offset(long seed, int node, Shape shape, long element) {
            return deviation * DropoutMask.gaussian(seed, node, element);
        }
    }

    /**
     * Dropout to the value that SELU saturates at, then the affine map that restores mean and variance (Klambauer et al.
     * 2017).
     */
    record AlphaDropout(double retain) implements Noise {
        /** - lambda alpha of SELU. */
        private static final double SATURATION = -1.0507009873554804 * 1.6732632423543772;

        @Override
        public double factor(long seed, int node, Shape shape, long element) {
            return DropoutMask.keeps(seed, node, element, retain) ? scale() : 0;
        }

        @Override
        public double offset(long seed, int node, Shape shape, long element) {
            double scale = scale();
            double shift = -scale * SATURATION * (1 - retain);
            return shift + (DropoutMask.keeps(seed, node, element, retain) ? 0 : scale * SATURATION);
        }

        private double scale() {
            return 1 / Math.sqrt(retain + SATURATION * SATURATION * retain * (1 - retain));
        }
    }
}
