/**
 * Nodes whose elements, or examples, do not look at each other, and nodes that read nothing.
 *
 * <p>An operation on single examples that has no node of its own is computed here, as the operation itself tells it ({@code
 * ExampleNode}).
 */
package io.lockstep.engine.cpu.elementwise;
