/**
 * Weights of other frameworks, in and out. A safetensors file is read from front to end, tensor by tensor ({@link
 * io.lockstep.networks.weights.SafetensorsReader}); a table of a few lines for each family of networks says what its
 * parameters are called elsewhere ({@link io.lockstep.networks.weights.NameTable}); {@link
 * io.lockstep.networks.weights.WeightPlan} brings the two together before a number is read, so that what does not fit is told
 * at once, and by name.
 */
package io.lockstep.networks.weights;
