package io.lockstep.kernels;

import java.nio.ByteBuffer;

/**
 * An optimizer's update of a stretch of parameters, in one pass over parameters, gradients and state:
 *
 * <ol>
 *   <li>g = the gradient times {@link Terms#factor}, held within {@link Terms#bound};
 *   <li>g = g + l1 sign(p) + l2 p;
 *   <li>u, and the new state, by the method's rule;
 *   <li>p = p - (u + decay p).
 * </ol>
 *
 * <p>Rules and state are Deeplearning4j's. The results are the same bits on every machine, with or without the vector
 * module: nothing is contracted to a fused multiply-add, and nothing is summed over elements. Gradients are only read.
 *
 * <p>All methods run on the calling thread. Threads may work on disjoint stretches.
 */
public abstract sealed class UpdaterPasses permits ScalarUpdaterPasses, SimdUpdaterPasses {
    private static final UpdaterPasses FASTEST =
            VectorModule.isUsed() ? new SimdUpdaterPasses() : new ScalarUpdaterPasses();

    UpdaterPasses() {}

    /** The Vector API's where the JVM has it, otherwise plain loops. */
    public static UpdaterPasses get() {
        return FASTEST;
    }

    /**
     * Where a pass works. All buffers direct, in native order, float32.
     *
     * @param at byte offset in parameters and in gradients
     * @param state may be empty for rules without any
     * @param first byte offset in state of the rule's first vector
     * @param vectorBytes from a vector of the state to the next one, where the rule has several
     */
    public record Stretch(
            ByteBuffer parameters,
            ByteBuffer gradients,
            int at,
            int elements,
            ByteBuffer state,
            int first,
            int vectorBytes) {
        int second() {
            return first + vectorBytes;
        }

        int third() {
            return second() + vectorBytes;
        }

        /** What lies behind the first elements. */
        Stretch from(int element) {
            int bytes = element * Float.BYTES;
            return new Stretch(
                    parameters, gradients, at + bytes, elements - element, state, first + bytes, vectorBytes);
        }

        int end() {
            return at + elements * Float.BYTES;
        }
    }

    /**
     * What is done to gradients before the rule and to parameters after it.
     *
     * @param bound infinite for none
     * @param decay what decoupled weight decay takes from each parameter, the learning rate already in it
     */
    public record Terms(float factor, float bound, float l1, float l2, float decay) {}

    /** u = rate g. */
    public abstract void sgd(Stretch stretch, Terms terms, float rate);

    /** v' = momentum v - rate g; u = momentum v - (1 + momentum) v'. State: v. */
    public abstract void nesterovs(Stretch stretch, Terms terms, float rate, float momentum);

    /** h += g g; u = rate g / (sqrt(h) + epsilon). State: h. */
    public abstract void adaGrad(Stretch stretch, Terms terms, float rate, float epsilon);

    /** s = rho s + (1 - rho) g g; u = g sqrt(d + epsilon) / sqrt(s + epsilon); d = rho d + (1 - rho) u u. State: s, d. */
    public abstract void adaDelta(Stretch stretch, Terms terms, float rho, float epsilon);

    /** s = decay s + (1 - decay) g g; u = rate g / (sqrt(s) + epsilon). State: s. */
    public abstract void rmsProp(Stretch stretch, Terms terms, float rate, float decay, float epsilon);

    /**
     * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g g; u = rate m / (sqrt(v) + epsilon). State: m, v.
     *
     * @param rate corrected for the bias of the first steps
     */
    public abstract void adam(Stretch stretch, Terms terms, float rate, float beta1, float beta2, float epsilon);

    /** As {@link #adam} with the largest v so far in place of v. State: m, v, largest v. */
    public abstract void amsGrad(Stretch stretch, Terms terms, float rate, float beta1, float beta2, float epsilon);

    /** m as in Adam; v = max(beta2 v, |g|), at least {@value #LEAST_NORM}; u = rate m / v. State: m, v. */
    public abstract void adaMax(Stretch stretch, Terms terms, float rate, float beta1, float beta2);

    /** m and v as in Adam; u = rate (beta1 m + (1 - beta1) g) / (sqrt(v) + epsilon). State: m, v. */
    public abstract void nadam(Stretch stretch, Terms terms, float rate, float beta1, float beta2, float epsilon);

    /** Keeps AdaMax from dividing by 0, as DL4J does. */
    static final float LEAST_NORM = 1e-32f;
}
