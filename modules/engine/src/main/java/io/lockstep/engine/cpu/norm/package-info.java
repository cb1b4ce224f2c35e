/** Normalisation: over the batch, over the channels of a pixel or a time step, over groups of them, and over neighbours. */
package io.lockstep.engine.cpu.norm;
