package io.lockstep.networks.games;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What is trained at a time.
 *
 * @param trains names of the parts that learn in this turn, by an optimizer step that is theirs together. Gradients pass
 *     through other parts, and not into them
 * @param drawn first, as in training but without a gradient; the passes read what comes of it as if it were data
 * @param passes the last one has losses
 * @param everySteps 1: in every step; k: in the last one of every k steps
 * @param rate times the step's learning rate is this turn's
 * @param weightClip the trained parameters are kept within so much of 0 (Arjovsky et al. 2017); 0: they are free
 */
public record GameTurn(
        String name,
        List<String> trains,
        List<Application> drawn,
        List<GamePass> passes,
        int everySteps,
        double rate,
        double weightClip)
        implements Serializable {
    public GameTurn {
        trains = List.copyOf(trains);
        drawn = List.copyOf(drawn);
        passes = List.copyOf(passes);
        if (trains.isEmpty()) {
            throw new IllegalArgumentException("turn '" + name + "' trains nothing");
        }
        if (everySteps < 1 || !(rate > 0) || !(weightClip >= 0)) {
            throw new IllegalArgumentException("turn '" + name + "' comes every " + everySteps + " steps, at " + rate
                    + " times the learning rate, with weights clipped to " + weightClip
                    + "; a step or more, a positive rate, and a clip or 0 are wanted");
        }
    }

    /** A turn in every step that trains some parts, of nothing yet. */
    public static GameTurn training(String name, String... parts) {
        return new GameTurn(name, List.of(parts), List.of(), List.of(), 1, 1, 0);
    }

    public GameTurn drawing(String value, String part, String... reads) {
        List<Application> more = new ArrayList<>(drawn);
        more.add(new Application(value, part, List.of(reads)));
        return new GameTurn(name, trains, more, passes, everySteps, rate, weightClip);
    }

    public GameTurn pass(GamePass pass) {
        List<GamePass> more = new ArrayList<>(passes);
        more.add(pass);
        return new GameTurn(name, trains, drawn, more, everySteps, rate, weightClip);
    }

    public GameTurn every(int steps) {
        return new GameTurn(name, trains, drawn, passes, steps, rate, weightClip);
    }

    public GameTurn atRate(double factor) {
        return new GameTurn(name, trains, drawn, passes, everySteps, factor, weightClip);
    }

    public GameTurn clippedTo(double bound) {
        return new GameTurn(name, trains, drawn, passes, everySteps, rate, bound);
    }

    /** Those of its passes that have losses, in their order. */
    public List<GamePass.Losses> lossPasses() {
        return passes.stream()
                .filter(GamePass.Losses.class::isInstance)
                .map(GamePass.Losses.class::cast)
                .toList();
    }

    public List<GameLoss> losses() {
        return lossPasses().stream().flatMap(pass -> pass.losses().stream()).toList();
    }
}
