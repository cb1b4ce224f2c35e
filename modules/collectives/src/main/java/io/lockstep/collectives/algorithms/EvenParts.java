package io.lockstep.collectives.algorithms;

/** {@link io.lockstep.collectives.Chunks} without the object, for loops. */
final class EvenParts {
    private EvenParts() {}

    /** First element of part {@code index} of {@code parts} of a vector of {@code length}. */
    static long start(long length, int parts, int index) {
        return index * (length / parts) + Math.min(index, length % parts);
    }

    /** Elements of part {@code index}. */
    static int size(long length, int parts, int index) {
        return (int) (length / parts + (index < length % parts ? 1 : 0));
    }

    /** How many frames of at most {@code most} elements hold {@code length} elements; at least one. */
    static int frames(long length, int most) {
        return (int) Math.max(1, (length + most - 1) / most);
    }
}
