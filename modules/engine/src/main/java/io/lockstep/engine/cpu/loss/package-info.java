/** Losses: softmax cross-entropy in a node of its own, all others row by row in double precision. */
package io.lockstep.engine.cpu.loss;
