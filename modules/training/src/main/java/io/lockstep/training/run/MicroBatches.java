package io.lockstep.training.run;

import io.lockstep.datasets.Batch;
import io.lockstep.training.BatchResult;
import io.lockstep.training.GradientListener;
import io.lockstep.training.GradientParts;
import io.lockstep.training.Trainee;

/**
 * Gradient accumulation: a local batch that would not fit is run in parts, and what comes out is the gradient of the
 * whole. Only the last part's backward announces: until then nothing is final.
 *
 * <p>Batch norm sees one part at a time, as it would on as many ranks; running statistics become the mean of the parts'.
 */
final class MicroBatches {
    private static final GradientListener NOBODY = watermark -> {};

    private final Trainee trainee;
    private final int parts;
    private final GradientParts gradients;

    /** @param parts of each local batch; 1: no accumulation */
    MicroBatches(Trainee trainee, int parts) {
        this.trainee = trainee;
        this.parts = parts;
        gradients = parts > 1 ? new GradientParts(trainee) : null;
    }

    /** Examples of the largest part of a local batch. */
    static int largest(int localBatch, int parts) {
        return (localBatch + parts - 1) / parts;
    }

    /** The first part of a local batch. */
    static Batch first(Batch batch, int parts) {
        return parts == 1 || batch.size() == 0 ? batch : batch.slice(0, largest(batch.size(), parts));
    }

    /** As {@link Trainee#forwardBackward}, for the whole of the batch. */
    BatchResult forwardBackward(Batch batch, long seed, GradientListener listener) {
        int used = Math.min(parts, batch.size());
        if (used <= 1) {
            return trainee.forwardBackward(batch, seed, listener);
        }
        BatchResult result = BatchResult.EMPTY;
        int start = 0;
        for (int part = 0; part < used; part++) {
            int end = (int) ((long) batch.size() * (part + 1) / used);
            float share = (float) (end - start) / batch.size();
            boolean last = part == used - 1;
            GradientListener announced = last ? gradients.last(share, listener) : NOBODY;
            if (!last) {
                gradients.begin();
            }
            result = result.plus(trainee.forwardBackward(batch.slice(start, end - start), seed, announced));
            if (!last) {
                gradients.keep(share);
            }
            start = end;
        }
        return result;
    }
}
