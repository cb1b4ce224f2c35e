/**
 * Process groups: {@link io.lockstep.collectives.group.ProcessGroups} makes them: of one rank, of ranks that
 * are threads, or of ranks that are processes. The last meet through a rendezvous ({@code Opening}); shared memory and TCP are at
 * hand, others are plugged in by an {@link io.lockstep.collectives.group.EndpointProvider}.
 *
 * <p>A call becomes a {@code Collective} in the queue of the group's one thread. {@code Execution} takes the algorithm that
 * serves it; {@code Exchange} gives that its links, waits with {@code Patience}, and ends the wait where a deadline has
 * passed, a rank is lost or calls do not match: then {@code Arbiter} agrees with the other ranks on one {@code Verdict}.
 */
package io.lockstep.collectives.group;
