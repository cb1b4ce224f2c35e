/**
 * Networks from papers, as stock Deeplearning4j configurations, each with its source.
 *
 * <p>Images are read as (N, H, W, C): oneDNN's convolutions are fastest on it (measured: 420 to 456 GFLOP/s against 134
 * to 218 as (N, C, H, W), 3x3 on 64 channels of 32x32 pixels). Convolutions that batch norm follows have no bias, which
 * batch norm would subtract again. Whatever the network, {@code ComputationGraphConfiguration.fromJson} reads what
 * {@code toJson} wrote, so that a checkpoint needs nothing of Lockstep to be loaded.
 */
package io.lockstep.modelzoo;
