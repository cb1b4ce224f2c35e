package io.lockstep.transport.aeron;

import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.group.EndpointProvider;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import io.lockstep.collectives.security.AttemptKey;
import io.lockstep.collectives.transport.Endpoint;

/** UDP between hosts; found by its name in {@code META-INF/services}. */
public final class AeronEndpoints implements EndpointProvider {
    @Override
    public Route route() {
        return Route.UDP;
    }

    @Override
    public Endpoint open(GroupOptions options, TransportOptions transport, AttemptKey key) {
        return AeronEndpoint.open(options, transport, key);
    }
}
