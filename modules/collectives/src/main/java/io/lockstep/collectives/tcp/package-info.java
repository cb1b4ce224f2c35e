/**
 * Frames over TCP, for ranks on different hosts.
 *
 * <p>TCP and not UDP, because a kernel moves TCP in units of up to 64 KiB through its own layers and the network card's
 * driver (segmentation offload), and UDP datagram by datagram: with four hosts behind 1 Gbit/s links on two cores, TCP
 * fills the links with a quarter of the processors and UDP cannot fill them with all.
 *
 * <p>Two connections for each pair of ranks: one for frames, one for statuses, so that no queue of frames holds a status
 * up. {@link io.lockstep.collectives.tcp.TcpEndpoint} forms them: only an address of the rendezvous may connect, it
 * proves that it knows the attempt's key before it gets a byte in return, and once all are there the rank listens no
 * more. Then a {@link io.lockstep.collectives.tcp.TcpTransport} owns them, in non-blocking mode and without threads.
 *
 * <p>What a connection carries:
 *
 * <pre>
 *   hello (40 bytes, each side once):  magic and version (4) | kind (2) | sender's rank (2) | proof of the key (32)
 *   then records:                      length (4) | content, and with security on a tag (16)
 * </pre>
 *
 * Content is a frame, or a status. Numbers are in native order, as in frames; the length counts content and tag, is
 * capped, and is covered by the tag in effect: with another length nothing opens.
 */
package io.lockstep.collectives.tcp;
