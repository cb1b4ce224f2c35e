package io.lockstep.runs.trained;

import io.lockstep.networks.compiled.games.GameReplica;
import java.io.IOException;
import java.util.Arrays;

/** A grid of pictures drawn from the newest checkpoint of a GAN's run. */
public record Samples(TrainedRun run) {
    /** As many as make a square of ten. */
    public static final int COUNT = 100;

    private static final int COLUMNS = 10;

    /**
     * A PNG of ten columns.
     *
     * @param wanted class of all pictures where the generator is told one; null: each column another
     */
    public byte[] png(int count, Integer wanted, long seed) throws IOException {
        int classes = run.source().classes();
        int[] asked = new int[count];
        Arrays.setAll(asked, i -> wanted != null ? wanted : i % COLUMNS % classes);
        try (var model = (GameReplica) run.load(run.checkpoint(), count, 1)) {
            return SampleGrid.png(model, run.source().shape(), asked, Math.min(count, COLUMNS), seed);
        }
    }
}
