package io.lockstep.collectives;

import java.time.Duration;

class InProcessGroupTest extends ProcessGroupContract {
    @Override
    protected World open(int worldSize) {
        return World.inProcess(worldSize, Duration.ofSeconds(30));
    }
}
