package io.lockstep.collectives.transport;

import java.util.List;

/** A rank's door to the other hosts: bound before the rendezvous, joined to the peers after it. */
public interface Endpoint extends AutoCloseable {
    /** Port that is bound. */
    int port();

    /** The longest packet that the way carries in one piece, or 0 where there are no packets. */
    int mtuBytes();

    /**
     * Connects to the ranks on other hosts, and waits until they are connected to this one. The transport owns this
     * endpoint from now on.
     *
     * @param ranks the whole group, this rank included
     * @throws io.lockstep.collectives.PeerLostException when a rank does not come within the deadline
     */
    Transport join(List<Advertisement> ranks);

    /** Idempotent. */
    @Override
    void close();
}
