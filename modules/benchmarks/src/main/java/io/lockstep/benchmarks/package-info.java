/** Entries of the benchmarks, each with a {@code run} for the command line tool and a {@code main} of its own. */
package io.lockstep.benchmarks;
