/**
 * Passes over float32 data in direct memory that are bound by memory bandwidth, not arithmetic: over the flat vectors
 * of a network ({@link io.lockstep.kernels.FlatVectors}), and over activations ({@link
 * io.lockstep.kernels.ChannelPasses}, {@link io.lockstep.kernels.VectorPasses}, {@link
 * io.lockstep.kernels.WinogradPasses}). One thread of the Vector API reaches
 * what the memory gives. Where the JVM was started without {@code jdk.incubator.vector}, the same passes run as plain
 * loops, chosen once at start.
 */
package io.lockstep.kernels;
