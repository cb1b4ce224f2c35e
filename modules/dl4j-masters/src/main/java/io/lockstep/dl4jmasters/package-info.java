/**
 * Deeplearning4j's own ways to train on Spark, as baselines: the same networks, examples, seed and number of steps, the
 * same run folder, but DL4J's runtime with its stock layers and DL4J's exchange. What is theirs is left as it is; what
 * is ours stands around it:
 *
 * <ol>
 *   <li>{@link io.lockstep.dl4jmasters.MasterRun} goes through the epochs on the driver. An epoch is an RDD of names, one
 *       for each rank and step, that the master takes for paths of files.
 *   <li>On an executor {@code StepLoader} makes the batch that a name stands for: the very batch that Lockstep's own
 *       rank would train on. The master shuffles the order of steps within the epoch, and has no say in their contents.
 *   <li>{@code WorkerProbe} watches each local step (loss, accuracy, time, bytes) and tells the driver, whose
 *       {@code Ledger} makes reports of it.
 *   <li>After the epoch the driver has the parameters; they are copied into one of Lockstep's replicas, which is
 *       evaluated and saved as every other run's.
 * </ol>
 *
 * <p>Of a report's times, {@code forward_backward} and {@code update} are measured on the workers ({@code update} with
 * DL4J's encoding and decoding in gradient sharing, as it has no seam between them; {@code forward_backward} with the
 * wait for the batch there), and {@code reduce_wait} is the rest of the step: Spark's job, broadcast and aggregation.
 */
package io.lockstep.dl4jmasters;
