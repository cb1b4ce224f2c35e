/**
 * Process groups: {@link io.lockstep.collectives.group.ProcessGroups} makes them, of one rank or over a transport.
 *
 * <p>A call becomes a {@code Collective} in the queue of the group's one thread. {@code Execution} takes the algorithm that
 * serves it; {@code Exchange} gives that its links, waits with {@code Patience}, and ends the wait where a deadline has
 * passed, a rank is lost or calls do not match: then {@code Arbiter} agrees with the other ranks on one {@code Verdict}.
 */
package io.lockstep.collectives.group;
