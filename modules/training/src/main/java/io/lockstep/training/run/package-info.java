/**
 * A rank's run. What a data-parallel step is, in order, on every rank:
 *
 * <ol>
 *   <li>Before the first step rank 0's parameters and updater state are broadcast and their hashes compared
 *       ({@link io.lockstep.training.ParameterHash}).
 *   <li>The rank takes its slice of the global batch: a function of (seed, epoch, step, rank, worldSize), nothing else.
 *   <li>{@link io.lockstep.training.Trainee#forwardBackward} runs, in each {@link io.lockstep.training.Turn} of the step; a
 *       falling watermark tells which part of the flat gradient is final.
 *   <li>A {@link io.lockstep.training.Strategy} exchanges what it exchanges; {@code ddp} all-reduces a
 *       {@code Buckets} as soon as it is final, in bucket order, while backward
 *       goes on.
 *   <li>{@code Optimizer}: divide by the global batch, skip non-finite gradients (on all ranks
 *       alike, as they hold the same bits), clip, apply the updater once.
 *   <li>Every so often the ranks gather a {@link io.lockstep.training.StepReport}, compare parameter hashes, evaluate, and rank
 *       0 writes a checkpoint.
 * </ol>
 *
 * <p>{@link io.lockstep.training.run.RankRun} prepares a run and ends it; {@code Trainer} is the list above as code; {@link
 * io.lockstep.training.run.RankEvaluation} tests a network that was trained.
 */
package io.lockstep.training.run;
