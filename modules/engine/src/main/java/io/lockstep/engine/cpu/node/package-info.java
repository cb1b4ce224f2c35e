/**
 * The protocol of nodes: what one does ({@link io.lockstep.engine.cpu.node.CpuNode}), what it is made from ({@link
 * io.lockstep.engine.cpu.node.Site}), what it sees of a program ({@link io.lockstep.engine.cpu.node.Context}) and of the plan
 * ({@link io.lockstep.engine.cpu.node.Machine}), and frames for the kinds that many nodes are of.
 *
 * <p>Nodes themselves lie in rooms by what they compute. A room shows one class, which adds its nodes to the {@link
 * io.lockstep.engine.cpu.node.NodeTable}; rooms do not know each other.
 */
package io.lockstep.engine.cpu.node;
