/**
 * The operations that there are, by room: each is a record that says all of itself ({@link
 * io.lockstep.engine.Operation}), and what it computes is told there, with the paper it is from.
 *
 * <p>A new one is a record here, a node and a line in the table of each backend that runs it ({@link
 * io.lockstep.engine.cpu}, {@link io.lockstep.engine.reference}); nothing else asks which operations exist.
 */
package io.lockstep.engine.operations;
