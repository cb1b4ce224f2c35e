/**
 * The words of data-parallel training, which all else here speaks: what is trained ({@link io.lockstep.training.Replica}, one a
 * rank, made by a {@link io.lockstep.training.ReplicaFactory}), how ranks exchange ({@link io.lockstep.training.Strategy}), what
 * a network is for and how it is measured ({@link io.lockstep.training.Task}, {@link io.lockstep.training.Evaluation}), and what
 * a run tells ({@link io.lockstep.training.RunEvent}). Nothing here knows Spark, DL4J or a transport.
 *
 * <pre>
 *   run           a rank's run from its first step to its last: batches, the step, tests, checkpoints
 *    |       |
 *   strategies   checkpoint     how gradients are exchanged and applied; what a run is resumed from
 *    |
 *   settings      reads a strategy's settings
 * </pre>
 */
package io.lockstep.training;
