package io.lockstep.collectives;

class InProcessGroupTest extends ProcessGroupContract {
    @Override
    protected World open(int worldSize) {
        return World.inProcess(worldSize);
    }
}
