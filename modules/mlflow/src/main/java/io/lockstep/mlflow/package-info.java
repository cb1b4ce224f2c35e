/**
 * Tells MLflow of a run: parameters, metrics by step, tags, files and how it ended, as one MLflow run however often training
 * was resumed. {@link io.lockstep.mlflow.MlflowTracker} has the queue and the thread; {@code RestStore} speaks the tracking
 * server's REST API, {@code FileStore} writes the folder that MLflow reads without a server.
 *
 * <p>MLflow's own Java client is not used: it is a jar of 8 MB with an HTTP client, Protocol Buffers and logging of 2018 in it,
 * and uploads files by starting Python's {@code mlflow} command.
 */
package io.lockstep.mlflow;
