package io.lockstep.engine;

/**
 * What a task of a plan has taken.
 *
 * @param name what it does for which node: {@code forward conv1}, {@code backward conv1 weights}
 * @param kind alike for alike tasks: {@code forward Convolution}, {@code backward Convolution weights}
 * @param nanos summed over the plan's threads
 * @param flop of the products that it does in one pass of a full batch, which by tiles are fewer than those that the
 *     definition has; 0 where it has none
 * @param rounded whether the factors of its products are bfloat16
 * @param bytes of the tensors that it reads and writes in such a pass, each once; without parameters
 */
public record TaskProfile(String name, String kind, long nanos, long flop, boolean rounded, long bytes) {
    /** Another part of the same task. */
    public TaskProfile and(TaskProfile other) {
        return new TaskProfile(
                name, kind, nanos + other.nanos, Math.max(flop, other.flop), rounded, bytes + other.bytes);
    }
}
