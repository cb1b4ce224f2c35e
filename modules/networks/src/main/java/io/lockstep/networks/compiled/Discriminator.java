package io.lockstep.networks.compiled;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.Plan.PassResult;
import io.lockstep.training.BatchResult;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.GradientListener;
import io.lockstep.training.GradientParts;
import io.lockstep.training.Range;
import java.nio.ByteBuffer;

/**
 * The player that tells pictures from samples. A turn sees a batch of each, in a pass of their own, so that batch norm
 * does not mix them; its gradient is the sum of the two means' (times the pictures), as in Goodfellow et al. 2014,
 * algorithm 1.
 */
final class Discriminator extends Player {
    private static final GradientListener NOBODY = watermark -> {};
    private static final float HALF = 0.5f;

    private final GradientParts parts;

    Discriminator(Game game) {
        super(game, game.discriminatorPart, 1);
        parts = new GradientParts(this);
    }

    @Override
    public BatchResult forwardBackward(Batch batch, long seed, GradientListener listener) {
        int examples = batch.size();
        if (examples == 0) {
            game.discriminator()
                    .forwardBackward(batch.features(), batch.labels(), 0, 0, seed, listener::gradientsReadyFrom);
            return BatchResult.EMPTY;
        }
        ByteBuffer generated = game.draw(batch, seed, true);
        ByteBuffer real = game.judged(batch);
        GameMeasures measures = new GameMeasures(game.critic);
        measures.diversity(real, generated, examples, game.judgedElements(), game.pictureElements());

        parts.begin();
        PassResult first = game.discriminator()
                .forwardBackward(
                        real, game.allReal(examples), examples, batch.firstExample(), seed, NOBODY::gradientsReadyFrom);
        parts.keep(HALF);
        measures.real(game.judgements(examples), examples);
        if (game.penalty() != null) {
            double norms = game.penalty().add(real, generated, examples, batch.firstExample(), seed, parts);
            measures.penalised(norms, examples);
        }
        PassResult second = game.discriminator()
                .forwardBackward(
                        generated,
                        game.allGenerated(examples),
                        examples,
                        batch.firstExample(),
                        ~seed & Long.MAX_VALUE, // other noise than the pictures'
                        parts.last(HALF, listener)::gradientsReadyFrom);
        measures.generated(game.judgements(examples), examples);
        return new BatchResult(
                2 * examples,
                first.lossSum() + second.lossSum(),
                first.correct() + second.correct(),
                measures.values());
    }

    @Override
    public void update(long step, int epoch, double learningRate) {
        super.update(step, epoch, learningRate);
        float bound = (float) game.rules.weightClip();
        if (bound > 0) {
            for (Range range : FlatBuffers.parameterRanges(this)) {
                clip(FlatBuffers.slice(parameters(), range), bound);
            }
        }
    }

    private static void clip(ByteBuffer floats, float bound) {
        for (int at = 0; at < floats.limit(); at += Float.BYTES) {
            floats.putFloat(at, Math.max(-bound, Math.min(bound, floats.getFloat(at))));
        }
    }
}
