package io.lockstep.training;

/**
 * What is trained in a step, and how often: one of {@link Replica#turns}.
 *
 * @param everySteps 1: in every step; k: in the last one of every k steps
 */
public record Turn(Trainee trainee, int everySteps) {
    public Turn {
        if (everySteps < 1) {
            throw new IllegalArgumentException("a turn in every " + everySteps + " steps; 1 is every step");
        }
    }
}
