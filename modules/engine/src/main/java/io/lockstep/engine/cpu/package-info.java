/**
 * Graphs on a CPU: convolutions and products by oneDNN, memory-bound passes by {@link io.lockstep.kernels}.
 *
 * <pre>
 *   cpu          the backend, its plans, and what turns a graph into two programs
 *    |
 *   convolution  sequence  norm  elementwise  resampling  moves  loss
 *    |           nodes by what they compute; none of these rooms knows another
 *   node         the protocol of nodes
 *    |
 *   program      tasks in segments, tensors and where they lie
 *    |
 *   onednn       primitives, calls, layouts, and the threads that call them
 * </pre>
 *
 * <p><b>Lanes.</b> A plan owns as many threads as it was given, its lanes. Each takes a fixed share of the batch's
 * examples and calls oneDNN for it, single-threaded: there is no OpenMP team to wake, nothing that spins while Java runs,
 * and an example's data stays with one core.
 *
 * <p><b>Segments.</b> Most passes look at one example at a time: convolution, normalising with known statistics, adding
 * up statistics, pooling. Such tasks that follow one another make a segment, and a lane runs all of a segment on a few
 * examples (as many as its L2 cache holds) before it takes the next few. So a block's normalisation, ReLU, convolution
 * and the next batch norm's statistics read and write the cache, not the memory. Where all examples are needed together
 * (batch-norm statistics, the gradient of weights) a segment ends: lanes meet, do the joint work split among them, and
 * go on. A short last batch is nothing special: shares are smaller.
 *
 * <p><b>Convolutions.</b> Those of 3x3 pixels with stride 1 and enough channels go by Winograd's tiles where the JVM has the
 * vector module ({@code WinogradNode}): rows of tiles are transformed, oneDNN multiplies 36 pairs of
 * matrices, and the results are transformed back; a quarter of the products. The transformed weights, four times as many, never
 * go to memory: a block of them is made when it is multiplied, and stays in the cache. All other convolutions are oneDNN's own.
 *
 * <p><b>Memory.</b> A tensor lives from the first segment that writes it to the last that reads it; tensors whose lives
 * do not meet share memory. Everything is laid out before the first step.
 *
 * <p><b>Gradients.</b> A tensor with several consumers gets its gradient in parts, which the next pass that needs it adds
 * up on the way. Weights' gradients are written to the flat vector when all lanes have done their share.
 *
 * <p><b>Nodes.</b> Which node computes which operation is told in one table ({@code Nodes}), to which each room adds its own. A
 * {@link io.lockstep.engine.cpu.node.CpuNode} is made once for a plan, owns its primitives, and appends its tasks to both
 * programs, of which it sees its inputs, its output and their gradients ({@link io.lockstep.engine.cpu.node.Context}). What
 * concerns several nodes the {@code Compiler} decides: a batch norm with the addition and the ReLU behind it, copies in a lower
 * precision, thinned weights, when gradients are final.
 *
 * <p><b>Sequences.</b> Examples of T time steps lie as (T, F). Products with weights take all time steps of a lane's
 * examples at once; only a recurrent layer's product with its state goes from time step to time step. Attention keeps no (T, T) weights:
 * a block of queries at a time, and again in backward.
 */
package io.lockstep.engine.cpu;
