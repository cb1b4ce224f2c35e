/**
 * Process groups between processes: shared memory for ranks of one host, TCP or Aeron UDP for the rest.
 *
 * <p>{@link io.lockstep.transport.aeron.AeronProcessGroups#open} is the door. Shared memory and TCP are of
 * {@code collectives}. Over Aeron each rank has a media driver of its own, without threads: the group's owner drives it
 * while it waits, so that on few cores nothing spins beside the computation. Every datagram, Aeron's own status messages
 * included, is sealed before it reaches the socket and opened before Aeron sees it
 * ({@link io.lockstep.collectives.security.DatagramSeal}); a stranger's datagram is dropped at the door and answered by
 * nothing.
 */
package io.lockstep.transport.aeron;
