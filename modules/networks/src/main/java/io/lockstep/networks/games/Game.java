package io.lockstep.networks.games;

import java.io.Serializable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * How the parts of a network play against each other: a {@link TurnList}, or the few numbers of a preset that becomes one
 * ({@link Adversarial}).
 */
public interface Game extends Serializable {
    /**
     * The turns of a step.
     *
     * @throws IllegalArgumentException if the network is none that this game can be played with
     */
    TurnList in(ComputationGraphConfiguration network);
}
