/**
 * The folder of a run, on any file system that Hadoop reaches ({@link io.lockstep.runs.folder.RunFolder}): its configuration, a
 * line for each logged step and each test, the summary, plots, and what TensorBoard reads; and the same as lines on a terminal
 * ({@link io.lockstep.runs.folder.Progress}).
 */
package io.lockstep.runs.folder;
