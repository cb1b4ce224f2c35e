package io.lockstep.training.run;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.training.Evaluation;
import io.lockstep.training.checkpoint.CheckpointStore.Best;
import io.lockstep.training.checkpoint.CheckpointStore.Tested;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether a run has had its best test so long ago that it ends before its last step. Every rank knows every test, so all come to
 * the same answer at the same step.
 */
final class EarlyStop {
    private final Best by;
    private final long patienceSteps;
    private Tested best; // null: nothing was tested yet

    /** @param patienceSteps steps without a better test after which the run ends; 0: never */
    EarlyStop(Best by, long patienceSteps) {
        this.by = by;
        this.patienceSteps = patienceSteps;
    }

    /**
     * A collective, where a run goes on from a checkpoint: what was best until then.
     *
     * @param found by rank 0; what other ranks find does not matter
     */
    void recall(Optional<Tested> found, ProcessGroup group) {
        if (patienceSteps == 0) {
            return;
        }
        ByteBuffer record = ByteBuffer.allocate(Long.BYTES + 2 * Double.BYTES);
        if (found.isPresent()) {
            Evaluation test = found.get().test();
            record.putLong(found.get().step()).putDouble(test.loss()).putDouble(test.metric(by.metric()));
        } else {
            record.putLong(-1);
        }
        ByteBuffer told = ByteBuffer.wrap(group.allGatherRecords(record.array()).get(0));
        long step = told.getLong();
        if (step >= 0) {
            double loss = told.getDouble();
            best = new Tested(step, new Evaluation(0, loss, Map.of(by.metric().word(), told.getDouble())));
        }
    }

    void take(long step, Evaluation test) {
        best = by.of(Stream.concat(Stream.ofNullable(best), Stream.of(new Tested(step, test)))
                        .toList())
                .orElse(best);
    }

    /** @param step updates done, of which the last one was followed by a test */
    boolean isDue(long step) {
        return patienceSteps > 0 && best != null && step - best.step() >= patienceSteps;
    }

    /** For a person. */
    String reason(long step) {
        return "stopped early, after step " + step + ": the best test, "
                + by.metric().word() + " = " + best.test().metric(by.metric()) + ", was after step " + best.step();
    }
}
