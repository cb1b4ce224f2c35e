/**
 * Networks that play against each other, as data: a {@link io.lockstep.networks.games.Game} is a {@link
 * io.lockstep.networks.games.TurnList}, or something that becomes one. A turn list cuts a DL4J network into {@link
 * io.lockstep.networks.games.Part parts}, and says what is trained in a step, one {@link
 * io.lockstep.networks.games.GameTurn turn} after the other: which parts run on which values, which of them learn, and by
 * which losses.
 *
 * <p>{@link io.lockstep.networks.games.Adversarial} is the preset of generative adversarial networks.
 */
package io.lockstep.networks.games;
