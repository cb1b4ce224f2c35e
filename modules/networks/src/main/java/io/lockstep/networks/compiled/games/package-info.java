/**
 * What plays a {@linkplain io.lockstep.networks.games game}: {@link io.lockstep.networks.compiled.games.GameReplica}, over one
 * DL4J network.
 *
 * <p>{@code GameParts} cuts the network's graph, {@code PassWiring} puts parts together to the graph of a pass, {@code
 * PlacedPlan} runs it on the network's vectors, {@code GameValues} has what passes read. {@code GameTrainee} is a turn: it
 * goes through a {@code TurnRun}, has {@code TurnGradients} add up what comes of it, and {@code GameMeasures} tell of it.
 */
package io.lockstep.networks.compiled.games;
