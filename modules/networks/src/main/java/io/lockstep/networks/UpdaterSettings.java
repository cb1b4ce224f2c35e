package io.lockstep.networks;

import java.io.Serializable;
import java.util.Objects;

/**
 * Which optimizer a network learns by, and its constants.
 *
 * @param learningRate the first step's; {@link io.lockstep.training.Trainee#update} is told each step's
 * @param momentum of {@code nesterovs}, in [0, 1)
 * @param beta1 decay of the mean gradient in the Adam family, in [0, 1)
 * @param beta2 decay of the mean squared gradient in the Adam family and RMSProp, of both means in AdaDelta, in [0, 1)
 * @param epsilon keeps adaptive updaters from dividing by 0; positive
 */
public record UpdaterSettings(
        UpdaterName name, double learningRate, double momentum, double beta1, double beta2, double epsilon)
        implements Serializable {
    public UpdaterSettings {
        Objects.requireNonNull(name, "updater");
        Hyperparameters.require(
                "learning-rate", learningRate, learningRate >= 0 && Double.isFinite(learningRate), "0 or more");
        Hyperparameters.requireFraction("momentum", momentum);
        Hyperparameters.requireFraction("beta1", beta1);
        Hyperparameters.requireFraction("beta2", beta2);
        Hyperparameters.require("epsilon", epsilon, epsilon > 0 && Double.isFinite(epsilon), "positive");
    }

    /** Momentum 0.9, and Adam's usual constants. */
    public static UpdaterSettings of(UpdaterName name, double learningRate) {
        return new UpdaterSettings(name, learningRate, 0.9, 0.9, 0.999, 1e-8);
    }

    public UpdaterSettings named(UpdaterName changed) {
        return new UpdaterSettings(changed, learningRate, momentum, beta1, beta2, epsilon);
    }

    public UpdaterSettings atRate(double changed) {
        return new UpdaterSettings(name, changed, momentum, beta1, beta2, epsilon);
    }

    public UpdaterSettings withMomentum(double changed) {
        return new UpdaterSettings(name, learningRate, changed, beta1, beta2, epsilon);
    }

    public UpdaterSettings withBeta1(double changed) {
        return new UpdaterSettings(name, learningRate, momentum, changed, beta2, epsilon);
    }

    public UpdaterSettings withBeta2(double changed) {
        return new UpdaterSettings(name, learningRate, momentum, beta1, changed, epsilon);
    }

    public UpdaterSettings withEpsilon(double changed) {
        return new UpdaterSettings(name, learningRate, momentum, beta1, beta2, changed);
    }
}
