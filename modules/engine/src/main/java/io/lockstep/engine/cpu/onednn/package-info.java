/**
 * oneDNN, and the threads that call it.
 *
 * <p>A {@link io.lockstep.engine.cpu.onednn.Primitive} is what oneDNN compiles for sizes and layouts, a {@link
 * io.lockstep.engine.cpu.onednn.Call} binds one to memory for one thread, and {@link io.lockstep.engine.cpu.onednn.Calls} keep
 * one for each number of examples and each {@link io.lockstep.engine.cpu.onednn.Lane}, a thread of a plan. Beside them: layouts
 * ({@link io.lockstep.engine.cpu.onednn.OneDnn}), copies from one layout into another, weights that are packed once a pass,
 * products of plain matrices, and memory outside the heap. Nothing here knows what a graph or a program is.
 */
package io.lockstep.engine.cpu.onednn;
