package io.lockstep.training;

/**
 * A point to go on from.
 *
 * @param model what {@link Replica#save} wrote
 */
public record Checkpoint(TrainingState state, byte[] model) {}
