package io.lockstep.training.checkpoint;

import java.util.List;

/**
 * A point to go on from.
 *
 * @param model what {@link io.lockstep.training.Replica#save} wrote
 * @param rankStateHashes SHA-256 of what each rank wrote of its own, by rank; empty where ranks have nothing of their own
 */
public record Checkpoint(TrainingState state, byte[] model, List<String> rankStateHashes) {}
