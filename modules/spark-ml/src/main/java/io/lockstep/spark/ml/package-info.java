/**
 * Spark ML's door to Lockstep: {@link io.lockstep.spark.ml.LockstepEstimator} trains a network on a DataFrame, {@link
 * io.lockstep.spark.ml.LockstepModel} adds its predictions to one. Both are stages of a {@code Pipeline}, for {@code
 * CrossValidator} and {@code TrainValidationSplit} too.
 *
 * <p>What {@code fit} does, in order:
 *
 * <ol>
 *   <li>looks at the schema and at a first row ({@link io.lockstep.spark.frames.FrameColumns}), and brings network, columns and
 *       settings together ({@link io.lockstep.spark.ml.Fit});
 *   <li>writes the DataFrame as shards into the fit's folder, by a Spark job: a partition, a shard, in order;
 *   <li>waits for its turn: as many fits train at once as there are slots for ({@link io.lockstep.spark.ml.FitQueue});
 *   <li>trains as any run does ({@link io.lockstep.runs.Lockstep}), and reads the last checkpoint, or the best one;
 *   <li>deletes shards, and the run's folder unless it was named.
 * </ol>
 *
 * <p>{@code transform} is lazy and keeps a network once in each executor ({@link io.lockstep.spark.ml.ExecutorNetworks}).
 */
package io.lockstep.spark.ml;
