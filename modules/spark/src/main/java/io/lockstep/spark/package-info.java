/**
 * Ranks as tasks of one barrier stage. {@link io.lockstep.spark.BarrierJob} runs a program on every rank:
 *
 * <ol>
 *   <li>On the driver {@link io.lockstep.spark.Slots} looks whether the cluster can run that many tasks at once; a
 *       barrier stage that does not fit would wait for ten minutes.
 *   <li>In a task, rank and worldSize come from {@code BarrierTaskContext}; the key of this stage attempt is asked of
 *       the driver over Spark's own RPC ({@link io.lockstep.spark.LockstepPlugin}); addresses go through the barrier's
 *       allGather. Nothing else is trusted.
 *   <li>The program runs; its events travel to the driver the same way.
 *   <li>A failure is told to the driver with its rank before the task fails, so that the first cause is what a person
 *       reads.
 * </ol>
 */
package io.lockstep.spark;
