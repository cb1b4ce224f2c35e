package io.lockstep.training.strategies;

import io.lockstep.kernels.FlatVectors;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Step;
import io.lockstep.training.Trainee;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * From the sum of all ranks' gradients to the next parameters. Every rank that holds the same bits does the same here,
 * so replicas stay equal without a word.
 */
final class Optimizer {
    private final FlatVectors vectors = FlatVectors.get();
    private final Trainee trainee;
    private final double clipNorm;
    private final List<ByteBuffer> parameterGradients;
    private final List<ByteBuffer> statisticGradients;

    /** @param clipNorm the global L2 norm that gradients are scaled down to (Pascanu et al. 2013); 0: no clipping */
    Optimizer(Trainee trainee, double clipNorm) {
        this.trainee = trainee;
        this.clipNorm = clipNorm;
        parameterGradients = FlatBuffers.slices(trainee.gradients(), FlatBuffers.parameterRanges(trainee));
        statisticGradients = FlatBuffers.slices(trainee.gradients(), trainee.statistics());
    }

    /**
     * Multiplies the summed gradients, clips, and updates.
     *
     * @param mean one by the examples in the sum, or 1 where they are divided already
     * @param examples in the sum
     * @return false if a gradient was not finite: nothing was updated
     */
    boolean apply(Step step, float mean, int examples) {
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
        trainee.update(step.index(), step.epoch(), step.learningRate(), examples);
        return true;
    }
}
