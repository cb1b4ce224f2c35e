/**
 * What a run is, for whoever starts it: {@link io.lockstep.runs.Lockstep} is the API for programs; the command line calls the same
 * {@link io.lockstep.runs.TrainJob}. That checks a call on the driver ({@link io.lockstep.runs.RunPlan}), opens the run's folder,
 * starts ranks again where some are lost ({@code RecoveringJob}), and sums up. What runs on a rank is {@code TrainProgram} or
 * {@link io.lockstep.runs.EvaluateProgram}.
 *
 * <pre>
 *   doctor      looks for what would stop a run, before it is started
 *    |
 *   (here)      API, job, recovery, what runs on a rank
 *    |
 *   trained     a run that is done: its network to use, its samples
 *    |
 *   spark       properties of Spark's, data as executors see it, a cluster on this machine
 *    |
 *   networks    from settings to a network; what it may begin with; whether it fits data and memory
 *    |
 *   hosts       what a host has, and what a run needs of it
 *    |
 *   folder      a run's folder: logs, tests, summary, plots, progress on the terminal
 *    |
 *   settings    all settings, where their values come from, and which runs heed them
 * </pre>
 */
package io.lockstep.runs;
