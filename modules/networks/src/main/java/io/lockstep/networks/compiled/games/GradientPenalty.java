package io.lockstep.networks.compiled.games;

import io.lockstep.engine.Columns;
import io.lockstep.engine.DropoutMask;
import io.lockstep.engine.Pass;
import io.lockstep.training.FlatBuffers;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * Gulrajani et al. 2017, equation 3: weight x (|g| - 1)^2, g the critic's gradient by its input at a random point between
 * a picture and a sample.
 *
 * <p>The penalty's own gradient in the parameters needs no second derivatives. With v = g / |g|, |g| is the slope of the
 * critic in direction v, and turning v changes it in second order only. So the gradient of |g| in the parameters is that
 * of the slope, ((f(x + e v) - f(x - e v)) / 2e) for a small e: two ordinary backward passes, in which each example's
 * loss is weighted by 2 weight (|g| - 1) / 2e and its negative.
 */
final class GradientPenalty {
    /** Along a vector of length 1: small against a picture (|x| is about 28 of 784 pixels), large against rounding. */
    private static final float EPSILON = 1e-2f;

    /** What the critic's loss is told by. */
    private static final String LABELS = PassWiring.columnOf(1);

    private static final int BETWEEN_STREAM = 0x6270;

    private final PlacedPlan slope;
    private final PlacedPlan critic;
    private final double weight;
    private final int pictureElements;
    private final int elements;
    private final ByteBuffer point; // (N, elements)
    private final ByteBuffer moved; // (N, elements)
    private final float[] norms;
    private final FloatBuffer weights;
    private final IntBuffer labels;

    /**
     * @param slope the critic, towards its input
     * @param critic the same, towards its parameters
     * @param pictureElements of an input; what is behind them is a class, which stays
     */
    GradientPenalty(PlacedPlan slope, PlacedPlan critic, double weight, int pictureElements) {
        this.slope = slope;
        this.critic = critic;
        this.weight = weight;
        this.pictureElements = pictureElements;
        int capacity = slope.plan().capacity();
        elements = slope.plan().graph().inputShape().elements();
        point = FlatBuffers.allocate((long) capacity * elements);
        moved = FlatBuffers.allocate((long) capacity * elements);
        norms = new float[capacity];
        weights = FloatBuffer.allocate(capacity);
        labels = IntBuffer.allocate(capacity); // generated: the loss is f itself
    }

    /**
     * Adds the penalty's gradient, summed over the examples, to what is kept.
     *
     * @param seed the points are a function of it and of the examples' places
     * @return the sum of |g|
     */
    double add(
            ByteBuffer real,
            ByteBuffer generated,
            int examples,
            long firstExample,
            long seed,
            TurnGradients gradients) {
        point.limit(examples * elements * Float.BYTES);
        moved.limit(examples * elements * Float.BYTES);
        labels.limit(examples);
        weights.limit(examples);
        for (int i = 0; i < examples; i++) {
            float share = (float) DropoutMask.uniform(seed, BETWEEN_STREAM, firstExample + i);
            for (int e = i * elements; e < (i + 1) * elements; e++) {
                int at = e * Float.BYTES;
                float x = real.getFloat(real.position() + at);
                point.putFloat(at, share * x + (1 - share) * generated.getFloat(at));
            }
        }
        Pass pass = slope.plan().pass().clear().features(point).set(LABELS, labels);
        slope.forwardBackward(pass.examples(examples).firstExample(firstExample).seed(seed), watermark -> {});
        ByteBuffer gradient = slope.plan().inputGradient();
        double sum = 0;
        for (int i = 0; i < examples; i++) {
            norms[i] = norm(gradient, i);
            sum += norms[i];
        }
        pass(1, examples, firstExample, seed, gradients);
        pass(-1, examples, firstExample, seed, gradients);
        return sum;
    }

    private float norm(ByteBuffer gradient, int example) {
        double squares = 0;
        for (int e = 0; e < pictureElements; e++) {
            float g = gradient.getFloat((example * elements + e) * Float.BYTES);
            squares += (double) g * g;
        }
        return (float) Math.sqrt(squares);
    }

    private void pass(int sign, int examples, long firstExample, long seed, TurnGradients gradients) {
        ByteBuffer gradient = slope.plan().inputGradient();
        for (int i = 0; i < examples; i++) {
            float step = norms[i] == 0 ? 0 : sign * EPSILON / norms[i];
            for (int e = 0; e < elements; e++) {
                int at = (i * elements + e) * Float.BYTES;
                float direction = e < pictureElements ? gradient.getFloat(at) : 0;
                moved.putFloat(at, point.getFloat(at) + step * direction);
            }
            weights.put(i, norms[i] == 0 ? 0 : (float) (sign * weight * (norms[i] - 1) / EPSILON));
        }
        Pass pass = critic.plan().pass().clear().features(moved).set(LABELS, labels);
        pass.set(Columns.WEIGHTS, weights.limit(examples)).examples(examples);
        gradients.keep(critic, pass.firstExample(firstExample).seed(seed), 0);
    }
}
