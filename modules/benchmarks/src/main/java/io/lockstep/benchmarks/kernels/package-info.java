/**
 * The kernels that memory bounds, one by one: JMH's benchmarks, a suite for each class of {@link io.lockstep.kernels}.
 *
 * <p>Each kernel runs in JVMs of its own: one with the Vector API's module and one without, which takes the plain loops
 * as every JVM without the module does. Two sizes, one that the L2 cache holds and one that no cache does.
 */
package io.lockstep.benchmarks.kernels;
