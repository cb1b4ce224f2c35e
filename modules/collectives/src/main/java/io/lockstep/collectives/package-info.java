/**
 * What the ranks of a job do together, in the words that all of this module speak: a {@link
 * io.lockstep.collectives.ProcessGroup}, the {@link io.lockstep.collectives.Work} that it returns, what ends one, and how
 * algorithms are chosen.
 *
 * <pre>
 *   group         makes process groups, and is what one does over a transport
 *    |
 *   algorithms    the collectives as message schedules
 *    |
 *   kernels       what is done to the numbers of a frame
 *   transport     frames between ranks, and who of them is alive
 *
 *   sharedmemory  tcp         transports between processes, of one host and of several
 *    |
 *   security      keys of an attempt, and what seals with them
 * </pre>
 */
package io.lockstep.collectives;
