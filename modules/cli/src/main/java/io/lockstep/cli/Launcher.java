package io.lockstep.cli;

/** What {@code bin/lockstep} starts. */
public final class Launcher {
    private Launcher() {}

    public static void main(String[] args) {
        System.exit(Commands.execute(Commands.StartedBy.LAUNCHER, args));
    }
}
