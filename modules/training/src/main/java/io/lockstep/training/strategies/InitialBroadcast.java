package io.lockstep.training.strategies;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.training.Replica;

/** How replicas become equal before the first step: rank 0's parameters and updater state are broadcast. */
final class InitialBroadcast {
    private InitialBroadcast() {}

    static void run(Replica replica, ProcessGroup group) {
        if (group.worldSize() == 1) {
            return;
        }
        replica.toHost();
        group.broadcast(replica.parameters(), 0).await();
        if (replica.updaterState().limit() > 0) {
            group.broadcast(replica.updaterState(), 0).await();
        }
        replica.fromHost();
    }
}
