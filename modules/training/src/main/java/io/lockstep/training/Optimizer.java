package io.lockstep.training;

import io.lockstep.kernels.FlatVectors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * From the sum of all ranks' gradients to the next parameters. Every rank that holds the same bits does the same here,
 * so replicas stay equal without a word.
 */
final class Optimizer {
    private final FlatVectors vectors = FlatVectors.get();
    private final Replica replica;
    private final double clipNorm;
    private final List<ByteBuffer> parameterGradients = new ArrayList<>();
    private final List<ByteBuffer> statisticGradients = new ArrayList<>();

    /** @param clipNorm the global L2 norm that gradients are scaled down to (Pascanu et al. 2013); 0: no clipping */
    Optimizer(Replica replica, double clipNorm) {
        this.replica = replica;
        this.clipNorm = clipNorm;
        long start = 0;
        for (Range statistic : replica.statistics()) {
            addParameters(start, statistic.start());
            statisticGradients.add(FlatBuffers.slice(replica.gradients(), statistic));
            start = statistic.end();
        }
        addParameters(start, FlatBuffers.elements(replica.gradients()));
    }

    private void addParameters(long start, long end) {
        if (end > start) {
            parameterGradients.add(FlatBuffers.slice(replica.gradients(), new Range(start, end)));
        }
    }

    /**
     * Divides the summed gradients by the examples, clips, and updates.
     *
     * @return false if a gradient was not finite: nothing was updated
     */
    boolean apply(Step step, int examples) {
        float mean = 1f / examples;
        double squares = 0;
        for (ByteBuffer part : parameterGradients) {
            squares += vectors.scaleAndSquare(part, mean);
        }
        double statisticSquares = 0;
        for (ByteBuffer part : statisticGradients) {
            statisticSquares += vectors.scaleAndSquare(part, mean);
        }
        // A double holds the sum of any float's squares, so the sum is finite if and only if every element was.
        if (!Double.isFinite(squares + statisticSquares)) {
            return false;
        }
        double norm = Math.sqrt(squares);
        if (clipNorm > 0 && norm > clipNorm) {
            float shrink = (float) (clipNorm / norm);
            for (ByteBuffer part : parameterGradients) {
                vectors.scale(part, shrink);
            }
        }
        replica.update(step.index(), step.epoch(), step.learningRate());
        return true;
    }
}
