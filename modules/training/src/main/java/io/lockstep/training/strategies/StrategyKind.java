package io.lockstep.training.strategies;

import io.lockstep.training.Strategy;
import java.util.List;
import java.util.Optional;

/**
 * A strategy as it is chosen: its word, the settings that it knows, and how it is made of them. It lies in the strategy's own
 * file, and {@link Strategies} lists it; help texts, checks, templates and benchmarks read it from there.
 */
public interface StrategyKind {
    /** Chooses it: {@code ddp}. */
    String word();

    /** What ranks exchange, in a few words for a list: {@code all-reduce of gradients, overlapped with backward}. */
    String meaning();

    /** The settings that it knows, in the order in which they are told. Several strategies may know one. */
    List<StrategySetting<?>> settings();

    /**
     * What of its settings does not go together, or not with the run.
     *
     * @throws IllegalArgumentException saying so, and what to do
     */
    default void check(Asked asked) {}

    /** Makes what travels to the ranks; {@link #check} has passed. */
    Strategy.Factory factory(Asked asked);

    /** Whether ranks run it. DL4J's own training masters run on the driver. */
    default boolean byRanks() {
        return true;
    }

    /** Whether all is reduced at one rank and sent from there: no algorithm of all-reduce is chosen then. */
    default boolean central() {
        return false;
    }

    /** Whether it measures before the first step, and lets another strategy take its place. */
    default boolean chooses() {
        return false;
    }

    /** Whether ranks are in the same step at the same time, as batch norm over the global batch needs it. */
    default boolean stepsTogether() {
        return false;
    }

    /** Which of its settings says after how many steps replicas are equal again; empty where they are after every step. */
    default Optional<StrategySetting<Integer>> period() {
        return Optional.empty();
    }
}
