/** One training step in one process: how long it takes, and where the time goes. */
package io.lockstep.benchmarks.step;
