/**
 * A run that is done: its network from a checkpoint ({@link io.lockstep.runs.trained.TrainedRun}), what a generator draws, and how
 * good that is.
 */
package io.lockstep.runs.trained;
