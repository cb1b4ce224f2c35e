package io.lockstep.datasets;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * What was mixed into the pictures of a batch: x = (1 - share) own + share other, with a target that is mixed alike. Zhang
 * et al. 2018, "mixup: Beyond Empirical Risk Minimization".
 *
 * @param labels class of the other picture, (size); position 0, limit at the end of the last example
 * @param shares of the other picture, from 0 to 1/2; the same
 */
public record Mixture(IntBuffer labels, FloatBuffer shares) {
    static Mixture allocate(int examples) {
        return new Mixture(IntBuffer.allocate(examples), FloatBuffer.allocate(examples));
    }

    /** Of some of the examples. */
    public Mixture slice(int start, int examples) {
        return new Mixture(labels.slice(start, examples), shares.slice(start, examples));
    }

    public int label(int example) {
        return labels.get(example);
    }

    public float share(int example) {
        return shares.get(example);
    }
}
