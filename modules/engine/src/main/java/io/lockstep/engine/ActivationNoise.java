package io.lockstep.engine;

import io.lockstep.engine.Operation.AlphaDropout;
import io.lockstep.engine.Operation.Dropout;
import io.lockstep.engine.Operation.GaussianDropout;
import io.lockstep.engine.Operation.GaussianNoise;
import io.lockstep.engine.Operation.Noise;
import io.lockstep.engine.Operation.SpatialDropout;

/** The numbers that {@link Noise} draws, for a node; backward asks for the same factors again. */
public final class ActivationNoise {
    /** - lambda alpha of SELU. */
    private static final double SATURATION = -1.0507009873554804 * 1.6732632423543772;

    private final Noise operation;
    private final int node;
    private final Shape shape;

    public ActivationNoise(Graph.Node node) {
        operation = (Noise) node.operation();
        this.node = node.index();
        shape = node.shape();
    }

    /** @param element of the whole batch, in memory's order; the whole batch may be that of many ranks */
    public double factor(long seed, long element) {
        if (operation instanceof Dropout dropout) {
            return DropoutMask.keeps(seed, node, element, dropout.retain()) ? 1 / dropout.retain() : 0;
        } else if (operation instanceof SpatialDropout dropout) {
            long example = element / shape.elements();
            long map = example * shape.channels() + element % shape.channels();
            return DropoutMask.keeps(seed, node, map, dropout.retain()) ? 1 / dropout.retain() : 0;
        } else if (operation instanceof GaussianDropout dropout) {
            double deviation = Math.sqrt(dropout.rate() / (1 - dropout.rate()));
            return 1 + deviation * DropoutMask.gaussian(seed, node, element);
        } else if (operation instanceof AlphaDropout dropout) {
            return DropoutMask.keeps(seed, node, element, dropout.retain()) ? scale(dropout) : 0;
        }
        return 1;
    }

    public double offset(long seed, long element) {
        if (operation instanceof GaussianNoise noise) {
            return noise.deviation() * DropoutMask.gaussian(seed, node, element);
        } else if (operation instanceof AlphaDropout dropout) {
            double scale = scale(dropout);
            double shift = -scale * SATURATION * (1 - dropout.retain());
            boolean kept = DropoutMask.keeps(seed, node, element, dropout.retain());
            return shift + (kept ? 0 : scale * SATURATION);
        }
        return 0;
    }

    private static double scale(AlphaDropout dropout) {
        double retain = dropout.retain();
        return 1 / Math.sqrt(retain + SATURATION * SATURATION * retain * (1 - retain));
    }
}
