package io.lockstep.networks.compiled;

import io.lockstep.kernels.UpdaterPasses;
import io.lockstep.kernels.UpdaterPasses.Stretch;
import io.lockstep.kernels.UpdaterPasses.Terms;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

/** Which pass does what a DL4J updater does. */
final class UpdaterRule {
    private static final UpdaterPasses PASSES = UpdaterPasses.get();

    private UpdaterRule() {}

    /** An updater's pass, with the numbers of one step. */
    interface Kernel {
        void run(Stretch stretch, Terms terms);
    }

    /** Vectors of state for each parameter, one behind the other within a block. */
    static int stateVectors(IUpdater updater) {
        return Math.toIntExact(updater.stateSize(1));
    }

    static boolean knows(IUpdater updater) {
        Class<?> type = updater.getClass();
        return type == Sgd.class
                || type == NoOp.class
                || type == Nesterovs.class
                || type == AdaGrad.class
                || type == AdaDelta.class
                || type == RmsProp.class
                || type == Adam.class
                || type == AMSGrad.class
                || type == AdaMax.class
                || type == Nadam.class;
    }

    /** @param iteration from 0 */
    static Kernel at(IUpdater updater, int iteration, int epoch) {
        float rate = updater.hasLearningRate() ? (float) updater.getLearningRate(iteration, epoch) : 1;
        if (updater instanceof Sgd || updater instanceof NoOp) {
            return (stretch, terms) -> PASSES.sgd(stretch, terms, rate);
        } else if (updater instanceof Nesterovs nesterovs) {
            float momentum = (float) nesterovs.currentMomentum(iteration, epoch);
            return (stretch, terms) -> PASSES.nesterovs(stretch, terms, rate, momentum);
        } else if (updater instanceof AdaGrad adaGrad) {
            float epsilon = (float) adaGrad.getEpsilon();
            return (stretch, terms) -> PASSES.adaGrad(stretch, terms, rate, epsilon);
        } else if (updater instanceof AdaDelta adaDelta) {
            float rho = (float) adaDelta.getRho();
            float epsilon = (float) adaDelta.getEpsilon();
            return (stretch, terms) -> PASSES.adaDelta(stretch, terms, rho, epsilon);
        } else if (updater instanceof RmsProp rmsProp) {
            float decay = (float) rmsProp.getRmsDecay();
            float epsilon = (float) rmsProp.getEpsilon();
            return (stretch, terms) -> PASSES.rmsProp(stretch, terms, rate, decay, epsilon);
        }
        return adaptiveMoments(updater, rate, iteration + 1.0);
    }

    /** Adam and what came of it (Kingma and Ba 2015). */
    private static Kernel adaptiveMoments(IUpdater updater, double rate, double step) {
        if (updater instanceof Adam adam) {
            float beta1 = (float) adam.getBeta1();
            float beta2 = (float) adam.getBeta2();
            float epsilon = (float) adam.getEpsilon();
            float corrected = corrected(rate, adam.getBeta1(), adam.getBeta2(), step);
            return (stretch, terms) -> PASSES.adam(stretch, terms, corrected, beta1, beta2, epsilon);
        } else if (updater instanceof AMSGrad amsGrad) {
            float beta1 = (float) amsGrad.getBeta1();
            float beta2 = (float) amsGrad.getBeta2();
            float epsilon = (float) amsGrad.getEpsilon();
            float corrected = corrected(rate, amsGrad.getBeta1(), amsGrad.getBeta2(), step);
            return (stretch, terms) -> PASSES.amsGrad(stretch, terms, corrected, beta1, beta2, epsilon);
        } else if (updater instanceof AdaMax adaMax) {
            float beta1 = (float) adaMax.getBeta1();
            float beta2 = (float) adaMax.getBeta2();
            float corrected = (float) (rate / (1 - Math.pow(adaMax.getBeta1(), step)));
            return (stretch, terms) -> PASSES.adaMax(stretch, terms, corrected, beta1, beta2);
        } else if (updater instanceof Nadam nadam) {
            float beta1 = (float) nadam.getBeta1();
            float beta2 = (float) nadam.getBeta2();
            float epsilon = (float) nadam.getEpsilon();
            float corrected = (float) (rate / (1 - Math.pow(nadam.getBeta1(), step)));
            return (stretch, terms) -> PASSES.nadam(stretch, terms, corrected, beta1, beta2, epsilon);
        }
        throw new IllegalArgumentException(updater.toString());
    }

    private static float corrected(double rate, double beta1, double beta2, double step) {
        return (float) (rate * Math.sqrt(1 - Math.pow(beta2, step)) / (1 - Math.pow(beta1, step)));
    }
}
