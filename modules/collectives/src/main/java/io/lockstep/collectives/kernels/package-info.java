/**
 * What is done to the numbers of a frame on their way: encode, add, forward, decode, each in one pass over memory.
 *
 * <p>{@link io.lockstep.collectives.kernels.WireKernel} has a version in the Vector API and a scalar one with the same
 * bits; {@link io.lockstep.collectives.kernels.WireKernels} chooses once, by whether the incubator module is there.
 */
package io.lockstep.collectives.kernels;
