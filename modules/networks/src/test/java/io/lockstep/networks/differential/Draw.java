package io.lockstep.networks.differential;

import java.util.List;
import java.util.Random;

/** Choices that a seed determines. */
final class Draw {
    private final Random random;

    Draw(long seed) {
        random = new Random(seed * 0x9E3779B97F4A7C15L + 0x5DEECE66DL);
        random.nextInt(); // the first number of near seeds is nearly the same
    }

    /** From (inclusive) to (inclusive). */
    int between(int from, int to) {
        return from + random.nextInt(to - from + 1);
    }

    double between(double from, double to) {
        return from + (to - from) * random.nextDouble();
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    float gaussian() {
        return (float) random.nextGaussian();
    }

    <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    @SafeVarargs
    final <T> T one(T... of) {
        return of[random.nextInt(of.length)];
    }
}
