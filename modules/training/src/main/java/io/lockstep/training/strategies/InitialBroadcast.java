package io.lockstep.training.strategies;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.training.Trainee;

/** How replicas become equal before the first step: rank 0's parameters and updater state are broadcast. */
final class InitialBroadcast {
    private InitialBroadcast() {}

    static void run(Trainee trainee, ProcessGroup group) {
        if (group.worldSize() == 1) {
            return;
        }
        trainee.toHost();
        group.broadcast(trainee.parameters(), 0).await();
        if (trainee.updaterState().limit() > 0) {
            group.broadcast(trainee.updaterState(), 0).await();
        }
        trainee.fromHost();
    }
}
