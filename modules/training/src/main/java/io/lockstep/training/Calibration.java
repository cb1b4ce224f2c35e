package io.lockstep.training;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.Batch;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Measures, before the first step, what a choice between strategies or sizes needs. Every method is a collective: all
 * ranks call it, and all get the slowest rank's figure, so that all choose alike. Parameters are not changed.
 */
public final class Calibration {
    private static final int WARM_UP = 2;
    private static final int TIMES = 5;

    private final Trainee trainee;
    private final ProcessGroup group;
    private final Supplier<Batch> sample;
    private final Consumer<Decision> decisions;

    /**
     * What was chosen, for whoever keeps the run's configuration: with it, the choice need not be measured again.
     *
     * @param setting its name: {@code strategy}
     * @param why one line with the figures
     */
    public record Decision(String setting, String value, String why) implements Serializable {}

    /**
     * @param sample a local batch like those that will come
     * @param decisions told what was chosen; told on every rank
     */
    public Calibration(Trainee trainee, ProcessGroup group, Supplier<Batch> sample, Consumer<Decision> decisions) {
        this.trainee = trainee;
        this.group = group;
        this.sample = sample;
        this.decisions = decisions;
    }

    /** Nanoseconds of forward and backward on a local batch. */
    public long forwardBackwardNanos() {
        Batch batch = sample.get();
        return nanosOf(() -> trainee.forwardBackward(batch, 0, watermark -> {}));
    }

    /** Nanoseconds of something that all ranks do together: the median of some times, of the slowest rank. */
    public long nanosOf(Runnable work) {
        long[] nanos = new long[TIMES];
        for (int i = -WARM_UP; i < TIMES; i++) {
            group.barrier();
            long start = System.nanoTime();
            work.run();
            if (i >= 0) {
                nanos[i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(nanos);
        return group
                .allGatherRecords(ByteBuffer.allocate(Long.BYTES)
                        .putLong(nanos[TIMES / 2])
                        .array())
                .stream()
                .mapToLong(record -> ByteBuffer.wrap(record).getLong())
                .max()
                .orElseThrow();
    }

    public void decide(String setting, String value, String why) {
        decisions.accept(new Decision(setting, value, why));
    }
}
