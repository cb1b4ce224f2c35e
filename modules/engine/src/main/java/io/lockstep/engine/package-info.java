/**
 * A network as a static plan.
 *
 * <p>A {@link io.lockstep.engine.Graph} says what is computed: operations in topological order, their shapes, and where
 * each one's parameters lie in the flat vector (DL4J's layout, so that checkpoints are DL4J's). It begins with inputs:
 * features, and whatever else a {@link io.lockstep.engine.Pass} gives of each example, targets and weights among them. It
 * ends with losses, which read predictions and targets, and of which there may be several.
 *
 * <p>A {@link io.lockstep.engine.Backend}, which {@link io.lockstep.engine.Backends} finds, compiles it into a {@link
 * io.lockstep.engine.Plan}: order, layouts, memory and threads are decided there and then, and running it allocates
 * nothing. After a pass the plan tells gradients, {@link io.lockstep.engine.Sums} of the losses, and outputs.
 *
 * <p>{@link io.lockstep.engine.cpu} is the fast one; {@link io.lockstep.engine.reference} the obvious one, in double
 * precision, the yardstick of every other.
 *
 * <p>What there is can be added to without a backend's knowledge: a {@link io.lockstep.engine.RowLoss} says the loss of a
 * row, an {@link io.lockstep.engine.ExampleOperation} what becomes of an example.
 */
package io.lockstep.engine;
