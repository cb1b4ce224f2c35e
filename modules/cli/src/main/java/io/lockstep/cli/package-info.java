/**
 * The command line: a command reads words, {@link io.lockstep.cli.Submission} hands the job to spark-submit, and on the driver the
 * same command starts it as a program would, by {@code io.lockstep.runs}.
 */
package io.lockstep.cli;
