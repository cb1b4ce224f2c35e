/**
 * Tells MLflow of a run: parameters, metrics by step, tags, files and how it ended, as one MLflow run however often training
 * was resumed. {@link io.lockstep.mlflow.MlflowTracker} has the queue and the thread; {@code RestStore} speaks the tracking
 * server's REST API, {@code FileStore} writes the folder that MLflow reads without a server.
 *
 * <p>MLflow's own Java client is not used, as it would bring jars of its own onto Spark's class path.
 */
package io.lockstep.mlflow;
