package io.lockstep.networks.games;

import io.lockstep.engine.Loss;
import java.io.Serializable;

/**
 * What a pass is trained by, or one of several things.
 *
 * @param name under which measures find it; one of its own in the turn
 * @param operation the engine's, of one prediction and one target
 * @param weight among the pass's other losses
 * @param predictions name of a value
 * @param target what it should be; no gradient goes there
 */
public record GameLoss(String name, Loss operation, double weight, String predictions, Target target)
        implements Serializable {
    /** What a value should be. */
    public sealed interface Target extends Serializable {
        /** One number for all, or the number of one class. */
        record Always(double number) implements Target {}

        /** Another value: of the batch, drawn, or computed in the pass. */
        record Value(String name) implements Target {}
    }
}
