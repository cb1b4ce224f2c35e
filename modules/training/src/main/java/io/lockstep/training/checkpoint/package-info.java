/**
 * Checkpoints: all that a run needs to go on as if it had never stopped. {@link
 * io.lockstep.training.checkpoint.CheckpointStore} writes them whole or not at all, reads them, keeps the newest and the best,
 * and lets one writer at a time into a run's folder; {@link io.lockstep.training.checkpoint.BackgroundCheckpoints} writes while
 * training goes on.
 */
package io.lockstep.training.checkpoint;
