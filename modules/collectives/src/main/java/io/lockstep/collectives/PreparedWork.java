package io.lockstep.collectives;

import java.util.function.Supplier;

/**
 * A collective on fixed memory that is started again and again, as every step of a training does: prepared once, a start
 * of it allocates nothing on shared memory and none but the cipher's objects on a sealed network.
 *
 * <pre>{@code
 * PreparedWork reduced = group.prepareAllReduce(gradient, Reduction.SUM, WireType.FLOAT32);
 * for (int step = 0; step < steps; step++) {
 *     backward(gradient);
 *     reduced.start().await();
 * }
 * }</pre>
 *
 * <p>Preparing is no collective: ranks may prepare in any order. Starting is one. Before its first start it counts as
 * done.
 */
public interface PreparedWork extends Work {
    /**
     * Makes the call, as the method of the group does that it was prepared for.
     *
     * @return this
     * @throws IllegalStateException when the call before is not done
     */
    PreparedWork start();

    /** What makes its call anew each time, for groups that have nothing to prepare. */
    static PreparedWork calling(Supplier<Work> call) {
        return new RepeatedCall(call);
    }
}
