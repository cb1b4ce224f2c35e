/**
 * From words to a run: {@link io.lockstep.cli.Settings} says what can be set, {@link io.lockstep.cli.Configuration}
 * resolves it, a command checks it and makes the objects, {@link io.lockstep.cli.Submission} hands the job to
 * spark-submit, and on the driver {@link io.lockstep.cli.TrainJob} runs it and writes the
 * {@link io.lockstep.cli.RunFolder}.
 */
package io.lockstep.cli;
