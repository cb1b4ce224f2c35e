/**
 * The collectives as message schedules, one file each: the essay, then the loop.
 *
 * <p>An algorithm sees its peers through {@link io.lockstep.collectives.algorithms.Links} and its numbers through an
 * {@link io.lockstep.collectives.algorithms.Operand}. It waits only in {@code claim} and {@code receive}, which end by
 * themselves when the group does; so the code reads as if nothing could fail. The module's README has the cost of each.
 */
package io.lockstep.collectives.algorithms;
