package io.lockstep.training.run;

import io.lockstep.collectives.PreparedWork;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.WireType;
import io.lockstep.training.FlatBuffers;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * The ranks' agreement on the step after which they stop because one of them must soon be gone. It is asked for at one
 * moment when all hold the same parameters and answered at the next, so that nobody waits for it: with a strategy that
 * exchanges every step, one float is reduced beside the step's own exchange.
 */
final class Preemption {
    private final ProcessGroup group;
    private final ByteBuffer who = FlatBuffers.allocate(1);
    private final PreparedWork agreement;

    Preemption(ProcessGroup group) {
        this.group = group;
        agreement = group.prepareAllReduce(who, Reduction.MAX, WireType.FLOAT32);
    }

    /** A collective, and so is the {@link #answer} to it. */
    void ask(boolean leaving) {
        who.putFloat(0, leaving ? group.rank() + 1 : 0);
        agreement.start();
    }

    /** The rank that was leaving when it was asked, the highest where there were several. */
    OptionalInt answer() {
        agreement.await();
        int rank = (int) who.getFloat(0) - 1;
        return rank < 0 ? OptionalInt.empty() : OptionalInt.of(rank);
    }
}
