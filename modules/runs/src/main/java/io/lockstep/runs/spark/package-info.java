/**
 * What a run needs of Spark: properties ({@link io.lockstep.runs.spark.SparkProperties}), data as executors see it ({@link
 * io.lockstep.runs.spark.SparkJobs}), and a cluster on this machine ({@link io.lockstep.runs.spark.LocalCluster}).
 */
package io.lockstep.runs.spark;
