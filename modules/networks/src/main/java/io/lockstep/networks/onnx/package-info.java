/**
 * Networks as ONNX files (opset 17), made of the engine's graph, so that whatever the engine runs is exported by a line for
 * each of its operations. {@link io.lockstep.networks.onnx.OnnxExport} is the door; {@code OnnxRules} and the tables beside it
 * have the operations; an {@code OnnxValue} is what a node hands on, in the layout of images that ONNX's operators want,
 * (N, C, H, W), or in the engine's, (N, H, W, C), or in both.
 */
package io.lockstep.networks.onnx;
