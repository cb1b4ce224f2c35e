package io.lockstep.networks.compiled;

import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Range;
import io.lockstep.training.Trainee;
import java.nio.ByteBuffer;
import java.util.List;

/** One of the two networks of a {@link Game}, which is trained in a turn of its own: its part of the flat vectors. */
abstract class Player implements Trainee {
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
    public void update(long step, int epoch, double learningRate) {
        game.network.beginUpdate(step, epoch, rate * learningRate);
        updater.update(Math.toIntExact(step), epoch);
        game.network.endUpdate(step, epoch);
    }
}
