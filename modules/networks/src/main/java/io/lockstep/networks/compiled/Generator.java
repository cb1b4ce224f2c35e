package io.lockstep.networks.compiled;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.Plan.PassResult;
import io.lockstep.kernels.FlatVectors;
import io.lockstep.training.BatchResult;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.GradientListener;
import io.lockstep.training.Range;

/** The player that draws. A turn draws as many samples as the batch has pictures, and has them judged. */
final class Generator extends Player {
    private static final FlatVectors VECTORS = FlatVectors.get();

    private double lastNorm = Double.NaN;

    Generator(Game game) {
        super(game, game.generatorPart, game.rules.generatorRate());
    }

    @Override
    public BatchResult forwardBackward(Batch batch, long seed, GradientListener listener) {
        long own = (seed ^ 0x5851F42D4C957F2DL) & Long.MAX_VALUE; // not the samples of the discriminator's turn
        PassResult result = game.both()
                .forwardBackward(
                        game.latent(batch, own),
                        game.allReal(batch.size()), // what the generator wants them taken for
                        batch.size(),
                        batch.firstExample(),
                        own,
                        listener::gradientsReadyFrom);
        GameMeasures measures = new GameMeasures(game.critic);
        measures.generator(result.lossSum(), batch.size(), lastNorm);
        return new BatchResult(0, 0, 0, measures.values());
    }

    @Override
    public void update(long step, int epoch, double learningRate) {
        double squares = 0;
        for (Range range : FlatBuffers.parameterRanges(this)) {
            squares += VECTORS.sumOfSquares(FlatBuffers.slice(gradients(), range));
        }
        lastNorm = Math.sqrt(squares);
        super.update(step, epoch, learningRate);
    }
}
