package io.lockstep.engine;

/**
 * What the factors of products are. Parameters, gradients, statistics, sums within a product, the updater's state and the
 * loss are float32 in either case.
 */
public enum Precision {
    FLOAT32,
    /**
     * bfloat16: float32's range with 8 bits of mantissa; convolutions, but for those that are faster in float32, and dense
     * layers of each time step of a sequence.
     */
    BFLOAT16
}
