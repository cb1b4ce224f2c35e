package io.lockstep.networks.compiled;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.training.Answers;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Range;
import io.lockstep.training.Replica;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** One of the two networks of a {@link Game}, as what a strategy trains: its part of the flat vectors. */
abstract class Player implements Replica {
    final Game game;
    private final Range part;
    private final Range statePart;
    private final FusedUpdater updater;
    private final double rate;

    /** @param rate times the step's learning rate is this player's */
    Player(Game game, Range part, double rate) {
        this.game = game;
        this.part = part;
        this.rate = rate;
        ByteBuffer state = game.network.updaterState();
        updater = FusedUpdater.of(game.network.graph(), part, game.both(), state)
                .orElseThrow(() -> new UnsupportedOperationException(
                        "an updater or a regularisation of one's own; adversarial networks take DL4J's"));
        statePart = FusedUpdater.stateOf(game.network.graph(), part);
    }

    @Override
    public ByteBuffer parameters() {
        return FlatBuffers.slice(game.network.parameters(), part);
    }

    @Override
    public ByteBuffer gradients() {
        return FlatBuffers.slice(game.network.gradients(), part);
    }

    @Override
    public ByteBuffer updaterState() {
        return FlatBuffers.slice(game.network.updaterState(), statePart);
    }

    @Override
    public List<Range> statistics() {
        return game.network.statistics().stream()
                .filter(range -> range.start() < part.end() && range.end() > part.start())
                .map(range -> new Range(
                        Math.max(range.start(), part.start()) - part.start(),
                        Math.min(range.end(), part.end()) - part.start()))
                .toList();
    }

    @Override
    public String layerAt(long element) {
        return game.network.layerAt(part.start() + element);
    }

    @Override
    public FeatureLayout featureLayout() {
        return FeatureLayout.NHWC;
    }

    @Override
    public void update(long step, int epoch, double learningRate) {
        game.network.beginUpdate(step, epoch, rate * learningRate);
        updater.update(Math.toIntExact(step), epoch);
        game.network.endUpdate(step, epoch);
    }

    @Override
    public Answers evaluate(Batch batch) {
        throw new UnsupportedOperationException("a player is tested with the other one");
    }

    @Override
    public void save(OutputStream out) {
        throw new UnsupportedOperationException("a player is saved with the other one");
    }

    @Override
    public void load(InputStream in) {
        throw new UnsupportedOperationException("a player is loaded with the other one");
    }

    @Override
    public void close() {
        // the game owns everything
    }
}
