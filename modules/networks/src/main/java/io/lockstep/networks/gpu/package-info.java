/**
 * Which GPU a rank has, and whether ND4J's CUDA backend can use it. Spark names a GPU as {@code nvidia-smi} does, CUDA counts
 * those that it sees in an order of its own; {@link io.lockstep.networks.gpu.CudaBackend} brings the two together by UUID.
 */
package io.lockstep.networks.gpu;
