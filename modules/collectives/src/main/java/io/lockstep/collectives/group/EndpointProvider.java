package io.lockstep.collectives.group;

import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.security.AttemptKey;
import io.lockstep.collectives.transport.Endpoint;

/**
 * Opens a rank's door to the other hosts where a library is needed for that. An implementation is a class with a public
 * constructor without parameters that {@code META-INF/services/io.lockstep.collectives.group.EndpointProvider} names.
 */
public interface EndpointProvider {
    /** What it goes by; TCP needs no provider. */
    Route route();

    /** @param key of the attempt, which is destroyed when the group has been formed */
    Endpoint open(GroupOptions options, TransportOptions transport, AttemptKey key);
}
