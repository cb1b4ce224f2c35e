package io.lockstep.networks;

import io.lockstep.datasets.NearestName;
import java.util.Locale;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

/** The optimizers, as DL4J implements them, by the names that a recipe gives them. */
public enum UpdaterName {
    SGD,
    /** Keeps v = momentum x v - rate x gradient, the rate inside the velocity: not PyTorch's order. */
    NESTEROVS,
    ADAM,
    /** Adam: weight decay is decoupled here for every updater (Loshchilov and Hutter 2019). */
    ADAMW,
    AMSGRAD,
    ADAGRAD,
    /** beta2 is the decay of both averages; has no learning rate, and ignores schedules. */
    ADADELTA,
    /** beta2 is the decay of the mean squared gradient. */
    RMSPROP,
    ADAMAX,
    NADAM; // not AdaBelief: DL4J 1.0.0-M2.1 cannot set up its state

    /** @throws IllegalArgumentException naming the nearest and all known names */
    public static UpdaterName of(String name) {
        return NearestName.find("updater", name, values());
    }

    IUpdater create(Hyperparameters h) {
        double rate = h.learningRate();
        return switch (this) {
            case SGD -> new Sgd(rate);
            case NESTEROVS -> new Nesterovs(rate, h.momentum());
            case ADAM, ADAMW -> new Adam(rate, h.beta1(), h.beta2(), h.epsilon());
            case AMSGRAD -> new AMSGrad(rate, h.beta1(), h.beta2(), h.epsilon());
            case ADAGRAD -> new AdaGrad(rate, h.epsilon());
            case ADADELTA -> new AdaDelta(h.beta2(), h.epsilon());
            case RMSPROP -> new RmsProp(rate, h.beta2(), h.epsilon());
            case ADAMAX -> new AdaMax(rate, h.beta1(), h.beta2(), h.epsilon());
            case NADAM -> new Nadam(rate, h.beta1(), h.beta2(), h.epsilon());
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
