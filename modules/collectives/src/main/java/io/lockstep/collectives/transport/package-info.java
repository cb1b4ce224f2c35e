/**
 * Bytes between ranks: frames, and who of the peers is alive and where it stands.
 *
 * <p>A {@link io.lockstep.collectives.transport.Transport} has two planes. The data plane is a bounded queue of
 * {@link io.lockstep.collectives.transport.Frame}s for each ordered pair of ranks; sender and receiver work in the
 * queue's own memory, so that a reduction reads what the peer wrote without a copy between. The status plane is one
 * small record a rank, always the latest, which no full queue can hold up: from it survivors learn who is late and who
 * is gone, and agree on one culprit.
 *
 * <p>The collectives know neither sockets nor files; a transport knows neither reductions nor deadlines.
 */
package io.lockstep.collectives.transport;
