/**
 * A network as a static plan.
 *
 * <p>A {@link io.lockstep.engine.Graph} says what is computed: operations in topological order, their shapes, and where
 * each one's parameters lie in the flat vector (DL4J's layout, so that checkpoints are DL4J's). A {@link
 * io.lockstep.engine.Backend} compiles it into a {@link io.lockstep.engine.Plan}: order, layouts, memory and threads are
 * decided there and then, and running it allocates nothing.
 *
 * <p>{@link io.lockstep.engine.cpu} is the fast one; {@link io.lockstep.engine.reference} the obvious one, in double
 * precision, the yardstick of every other.
 */
package io.lockstep.engine;
