/**
 * The all-reduce sweep: N processes on this machine (or wherever a launcher puts them), nccl-tests' columns.
 *
 * <p>{@link io.lockstep.benchmarks.AllReduceBenchmark} starts the ranks and is their rendezvous, over their standard
 * input and output; {@link io.lockstep.benchmarks.allreduce.RankMain} is one rank.
 */
package io.lockstep.benchmarks.allreduce;
