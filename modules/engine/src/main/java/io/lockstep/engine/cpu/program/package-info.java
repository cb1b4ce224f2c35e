/**
 * Programs: what the lanes of a plan run.
 *
 * <p>A {@link io.lockstep.engine.cpu.program.Program} is built by appending {@link io.lockstep.engine.cpu.program.ExampleTask}s, each on
 * a range of examples, and {@link io.lockstep.engine.cpu.program.Joint} work, which begins when all lanes are there. Tasks name
 * the {@link io.lockstep.engine.cpu.program.Tensor}s that they use; from that the program knows how many examples a cache holds,
 * and which tensors may lie in the same memory.
 */
package io.lockstep.engine.cpu.program;
