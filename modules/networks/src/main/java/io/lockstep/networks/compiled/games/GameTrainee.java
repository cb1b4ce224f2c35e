package io.lockstep.networks.compiled.games;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.Pass;
import io.lockstep.engine.Plan;
import io.lockstep.kernels.FlatVectors;
import io.lockstep.networks.compiled.FusedUpdater;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.games.GameTurn;
import io.lockstep.networks.games.Measure;
import io.lockstep.training.BatchResult;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.GradientListener;
import io.lockstep.training.Range;
import io.lockstep.training.Trainee;
import java.nio.ByteBuffer;
import java.util.List;

/** What learns in one turn of a game: the parts that the turn trains. */
final class GameTrainee implements Trainee {
    /** Of the turns' seeds, so that each draws other numbers than the others of its step. */
    private static final long OF_TURN = 0x5851F42D4C957F2DL;

    private static final FlatVectors VECTORS = FlatVectors.get();

    private final GamePlans plans;
    private final GameTurn turn;
    private final int index;
    private final TurnRun run;
    private final Dl4jReplica network;
    private final VectorParts vectors;
    private final TurnGradients gradients;
    private final List<FusedUpdater> updaters;
    private final boolean measuresNorm;
    private double lastNorm = Double.NaN;

    /** @param index of the turn in its step */
    GameTrainee(GamePlans plans, GameTurn turn, int index) {
        this.plans = plans;
        this.turn = turn;
        this.index = index;
        run = plans.of(turn);
        network = plans.network();
        List<Range> ranges = plans.parts().rangesOf(turn.trains());
        if (ranges.isEmpty()) {
            throw new IllegalArgumentException(
                    "turn '" + turn.name() + "' trains " + turn.trains() + ", which have no parameters");
        }
        List<Range> states = ranges.stream()
                .map(range -> FusedUpdater.stateOf(network.graph(), range))
                .toList();
        vectors = new VectorParts(network, ranges, states);
        gradients = new TurnGradients(vectors, turn.passes().size() > 1);
        run.passes().forEach(pass -> gradients.expect(pass.plan()));
        Plan threads = run.passes().get(run.passes().size() - 1).plan().plan();
        updaters = ranges.stream().map(range -> updater(range, threads)).toList();
        measuresNorm = plans.game().measures().stream()
                .anyMatch(each ->
                        each instanceof Measure.GradientNorm && each.turn().equals(turn.name()));
    }

    private FusedUpdater updater(Range range, Plan threads) {
        return FusedUpdater.of(network.graph(), range, network, threads)
                .orElseThrow(() -> new UnsupportedOperationException("an updater or a regularisation of one's own;"
                        + " networks that play against each other take DL4J's"));
    }

    // ------------------------------------------------------------------ its vectors

    @Override
    public ByteBuffer parameters() {
        return vectors.parameters();
    }

    @Override
    public ByteBuffer gradients() {
        return vectors.gradients();
    }

    @Override
    public ByteBuffer updaterState() {
        return vectors.updaterState();
    }

    @Override
    public List<Range> statistics() {
        return vectors.statistics();
    }

    @Override
    public String layerAt(long element) {
        return vectors.layerAt(element);
    }

    @Override
    public void toHost() {
        vectors.toHost();
    }

    @Override
    public void fromHost() {
        vectors.fromHost();
    }

    // ------------------------------------------------------------------ a turn

    @Override
    public BatchResult forwardBackward(Batch batch, long seed, GradientListener listener) {
        int examples = batch.size();
        if (examples == 0) {
            gradients.none(listener);
            return BatchResult.EMPTY;
        }
        long own = (seed ^ index * OF_TURN) & Long.MAX_VALUE;
        run.draw(batch, own, true);
        GameMeasures measures = plans.measures(turn);
        measures.spread(plans.values(), examples);
        measures.gradientNorm(lastNorm);
        double lossSum = 0;
        for (int i = 0; i < run.passes().size(); i++) {
            LossPass pass = run.passes().get(i);
            Pass given = pass.given(batch, own);
            if (i == run.passes().size() - 1) {
                gradients.last(pass.plan(), given, pass.share(), listener);
            } else {
                gradients.keep(pass.plan(), given, pass.share());
            }
            lossSum += pass.sums().total();
            tell(pass, examples, measures);
            if (pass.penalty() != null) {
                double norms = pass.penalty()
                        .add(
                                plans.values().of(pass.between().real()),
                                plans.values().of(pass.between().generated()),
                                examples,
                                batch.firstExample(),
                                own,
                                gradients);
                measures.penalised(norms, examples);
            }
        }
        // the first turn's loss is the run's
        boolean told = index == 0;
        return new BatchResult(told ? examples * run.passes().size() : 0, told ? lossSum : 0, measures.values());
    }

    private void tell(LossPass pass, int examples, GameMeasures measures) {
        for (int i = 0; i < pass.losses(); i++) {
            measures.loss(pass.nameOf(i), pass.lossOf(i), examples);
            if (pass.isJudged(i)) {
                measures.probability(pass.nameOf(i), pass.judgements(i));
            }
        }
        if (index == 0 && plans.judges()) {
            measures.values()[0] += pass.right();
            measures.values()[1] += pass.judged();
        }
    }

    @Override
    public void update(long step, int epoch, double learningRate) {
        if (measuresNorm) {
            lastNorm = norm();
        }
        vectors.scatterGradients();
        network.beginUpdate(step, epoch, turn.rate() * learningRate);
        for (FusedUpdater updater : updaters) {
            updater.update(Math.toIntExact(step), epoch);
        }
        network.endUpdate(step, epoch);
        if (turn.weightClip() > 0) {
            clip((float) turn.weightClip());
        }
    }

    private double norm() {
        double squares = 0;
        for (Range range : FlatBuffers.parameterRanges(this)) {
            squares += VECTORS.sumOfSquares(FlatBuffers.slice(gradients(), range));
        }
        return Math.sqrt(squares);
    }

    private void clip(float bound) {
        vectors.toHost();
        for (Range range : FlatBuffers.parameterRanges(this)) {
            clip(FlatBuffers.slice(parameters(), range), bound);
        }
        vectors.fromHost();
    }

    private static void clip(ByteBuffer floats, float bound) {
        for (int at = 0; at < floats.limit(); at += Float.BYTES) {
            floats.putFloat(at, Math.max(-bound, Math.min(bound, floats.getFloat(at))));
        }
    }
}
