/** Fewer pixels, or more: pooling and upsampling. */
package io.lockstep.engine.cpu.resampling;
