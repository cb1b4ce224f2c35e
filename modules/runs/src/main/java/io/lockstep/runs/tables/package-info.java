/**
 * Tables that Spark reads, as a run's data: {@code TableSource} tells which table a path is, {@code TableFrames} reads it as a
 * DataFrame and finds broken rows, {@code TableReader} makes examples of its rows as the settings say, and {@link
 * io.lockstep.runs.tables.Tables} keeps them as shards and finds them again.
 */
package io.lockstep.runs.tables;
