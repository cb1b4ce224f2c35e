package io.lockstep.cli;

import io.lockstep.networks.gpu.CudaBackend;
import io.lockstep.spark.NamelessUser;

/** What {@code bin/lockstep} starts. */
public final class Launcher {
    private Launcher() {}

    public static void main(String[] args) {
        NamelessUser.name();
        CudaBackend.hide();
        System.exit(Commands.execute(Commands.StartedBy.LAUNCHER, args));
    }
}
