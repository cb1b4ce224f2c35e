package io.lockstep.cli;

import io.lockstep.networks.gpu.CudaBackend;

/** What {@code bin/lockstep} starts. */
public final class Launcher {
    private Launcher() {}

    public static void main(String[] args) {
        CudaBackend.hide();
        System.exit(Commands.execute(Commands.StartedBy.LAUNCHER, args));
    }
}
