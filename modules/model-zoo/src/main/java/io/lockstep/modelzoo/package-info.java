/**
 * Networks from papers, as stock Deeplearning4j configurations, each with its source.
 *
 * <p>Images are read as (N, H, W, C): oneDNN's convolutions are fastest on it (measured: 420 to 456 GFLOP/s against 134
 * to 218 as (N, C, H, W), 3x3 on 64 channels of 32x32 pixels). Convolutions that batch norm follows have no bias, which
 * batch norm would subtract again. ModelSerializer
 * reads back what it wrote, whatever the network, so that a checkpoint needs nothing of Lockstep to be loaded. Two traps of
 * DL4J 1.0.0-M2.1 for whoever copies a configuration instead: {@code clone()} loses MergeVertex's axis, and JSON loses
 * batch norm's {@code useLogStd(false)} as long as the network was not initialised. Java serialisation keeps both.
 */
package io.lockstep.modelzoo;
