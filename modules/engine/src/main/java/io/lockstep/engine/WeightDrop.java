package io.lockstep.engine;

import io.lockstep.engine.Operation.Weights;

/**
 * Which of a node's parameters DropConnect drops.
 *
 * @param retain probability with which each of the weights is kept
 */
record WeightDrop(Weights weights, double retain) {}
