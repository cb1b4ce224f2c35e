/**
 * Frames between hosts over Aeron UDP: what {@link io.lockstep.collectives.group.ProcessGroups#open} goes by where the route is
 * {@code udp}.
 *
 * <p>Over Aeron each rank has a media driver of its own, without threads: the group's owner drives it
 * while it waits, so that on few cores nothing spins beside the computation. Every datagram, Aeron's own status messages
 * included, is sealed before it reaches the socket and opened before Aeron sees it
 * ({@link io.lockstep.collectives.security.DatagramSeal}); a stranger's datagram is dropped at the door and answered by
 * nothing.
 */
package io.lockstep.transport.aeron;
