package io.lockstep.networks;

import java.io.Serializable;

/**
 * What keeps a network from learning its examples by heart.
 *
 * @param l1 adds l1 x sign(w) to the mean gradient
 * @param l2 adds l2 x w to the mean gradient: what PyTorch's SGD calls weight_decay
 * @param weightDecay subtracts rate x weightDecay x w after the updater (decoupled), at the step's rate
 * @param maxNorm what the norm of each unit's incoming weights is scaled down to after an update; 0 for no limit
 *     (Srivastava et al. 2014, section 5.1)
 * @param dropout probability of dropping an activation, where the model has dropout, in [0, 1)
 * @param dropConnect probability of dropping a weight of a convolution or dense layer for a step (Wan et al. 2013), in [0, 1)
 * @param labelSmoothing share of each label's probability that is spread over all classes, in [0, 1)
 */
public record Regularisation(
        double l1,
        double l2,
        double weightDecay,
        double maxNorm,
        double dropout,
        double dropConnect,
        double labelSmoothing)
        implements Serializable {
    public static final Regularisation NONE = new Regularisation(0, 0, 0, 0, 0, 0, 0);

    public Regularisation {
        Hyperparameters.require("l1", l1, l1 >= 0 && Double.isFinite(l1), "0 or more");
        Hyperparameters.require("l2", l2, l2 >= 0 && Double.isFinite(l2), "0 or more");
        Hyperparameters.require(
                "weight-decay", weightDecay, weightDecay >= 0 && Double.isFinite(weightDecay), "0 or more");
        Hyperparameters.require("max-norm", maxNorm, maxNorm >= 0 && Double.isFinite(maxNorm), "0 or more");
        Hyperparameters.requireFraction("dropout", dropout);
        Hyperparameters.requireFraction("drop-connect", dropConnect);
        Hyperparameters.requireFraction("label-smoothing", labelSmoothing);
    }

    public Regularisation withL1(double changed) {
        return new Regularisation(changed, l2, weightDecay, maxNorm, dropout, dropConnect, labelSmoothing);
    }

    public Regularisation withL2(double changed) {
        return new Regularisation(l1, changed, weightDecay, maxNorm, dropout, dropConnect, labelSmoothing);
    }

    public Regularisation withWeightDecay(double changed) {
        return new Regularisation(l1, l2, changed, maxNorm, dropout, dropConnect, labelSmoothing);
    }

    public Regularisation withMaxNorm(double changed) {
        return new Regularisation(l1, l2, weightDecay, changed, dropout, dropConnect, labelSmoothing);
    }

    public Regularisation withDropout(double changed) {
        return new Regularisation(l1, l2, weightDecay, maxNorm, changed, dropConnect, labelSmoothing);
    }

    public Regularisation withDropConnect(double changed) {
        return new Regularisation(l1, l2, weightDecay, maxNorm, dropout, changed, labelSmoothing);
    }

    public Regularisation withLabelSmoothing(double changed) {
        return new Regularisation(l1, l2, weightDecay, maxNorm, dropout, dropConnect, changed);
    }
}
