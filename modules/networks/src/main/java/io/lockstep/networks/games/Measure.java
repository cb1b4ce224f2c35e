package io.lockstep.networks.games;

import java.io.Serializable;
import java.util.List;

/** Something that is told of a turn, by its name, as the mean over a report's steps. */
public sealed interface Measure extends Serializable {
    String name();

    /** The turn's name. */
    String turn();

    /** The sum of some losses' means over the examples, times a factor. */
    record Losses(String name, String turn, double factor, List<String> losses) implements Measure {
        public Losses {
            losses = List.copyOf(losses);
        }
    }

    /** The mean of the sigmoid of what a loss reads: of a discriminator's judgement, the probability of being real. */
    record Probability(String name, String turn, String loss) implements Measure {}

    /** The mean norm of the critic's gradient, of which a {@link GamePass.Penalty} wants that it is 1. */
    record Slope(String name, String turn) implements Measure {}

    /** The norm of the gradient of the turn's update before. */
    record GradientNorm(String name, String turn) implements Measure {}

    /**
     * The standard deviation of a drawn number over the examples, by that of the column's: 1 where what is drawn differs as
     * the data do, 0 where all that is drawn is the same. Of classes that are joined to the column nothing is told.
     */
    record Spread(String name, String turn, String drawn, String column) implements Measure {}
}
