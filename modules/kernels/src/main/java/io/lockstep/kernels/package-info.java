/**
 * Passes over flat float32 vectors in direct memory that are bound by memory bandwidth, not arithmetic: one thread of
 * the Vector API reaches what the memory gives. Where the JVM was started without {@code jdk.incubator.vector}, the
 * same passes run as plain loops, chosen once at start.
 */
package io.lockstep.kernels;
