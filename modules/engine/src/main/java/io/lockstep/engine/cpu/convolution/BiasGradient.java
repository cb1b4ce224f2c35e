package io.lockstep.engine.cpu.convolution;

import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.program.Tensor;

/**
 * Adds up what lanes have for a bias's gradient.
 *
 * @param address of the flat gradient
 * @param partialBytes from one lane's sums to the next one's, {@code offset} in each
 */
record BiasGradient(Machine plan, int outputs, long address, long partialBytes, long offset) {
    void sum(Tensor partials, int lanes, int examples) {
        int at = (int) (address - plan.gradientAddress(0));
        for (int o = 0; o < outputs; o++) {
            float sum = 0;
            for (int lane = 0; lane < lanes; lane++) {
                if (Lane.shareStart(lane, lanes, examples) < Lane.shareStart(lane + 1, lanes, examples)) {
                    sum += partials.buffer().getFloat((int) (lane * partialBytes + offset) + o * Float.BYTES);
                }
            }
            plan.gradientBuffer().putFloat(at + o * Float.BYTES, sum);
        }
    }
}
