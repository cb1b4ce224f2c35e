package io.lockstep.collectives.group;

class InProcessGroupTest extends ProcessGroupContract {
    @Override
    protected World open(int worldSize) {
        return World.inProcess(worldSize);
    }
}
