package io.lockstep.networks.differential;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.MinMaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.constraint.UnitNormConstraint;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
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

/** What any layer, or the whole network, may have: activation, noise, penalties, constraints, updater. */
final class RandomOptions {
    private final Draw draw;
    /** Learning rate of every updater. */
    private final double rate;
    /** Whether some noise was drawn: then two runtimes draw other numbers, and gradients are not to be compared. */
    private boolean noisy;

    RandomOptions(Draw draw, double rate) {
        this.draw = draw;
        this.rate = rate;
    }

    boolean noisy() {
        return noisy;
    }

    IActivation activation() {
        return draw.one(List.of(
                new ActivationIdentity(),
                new ActivationTanH(),
                new ActivationSigmoid(),
                new ActivationReLU(),
                new ActivationReLU(1.5, 0.0, 0.0),
                new ActivationReLU6(),
                new ActivationLReLU(draw.between(0.01, 0.5)),
                new ActivationELU(1),
                new ActivationSELU(),
                new ActivationSoftPlus(),
                new ActivationSoftSign(),
                new ActivationSwish(),
                new ActivationMish(),
                new ActivationGELU(false),
                new ActivationHardTanH(),
                new ActivationHardSigmoid(),
                new ActivationRationalTanh(),
                new ActivationRectifiedTanh(),
                new ActivationThresholdedReLU(draw.between(0.0, 0.7)),
                new ActivationCube()));
    }

    /** For most layers none. */
    IDropout noise() {
        if (!draw.chance(0.04)) {
            return null;
        }
        noisy = true;
        return draw.one(new Dropout(0.7), new GaussianDropout(0.3), new GaussianNoise(0.2), new AlphaDropout(0.8));
    }

    /** A layer's own penalties, constraints and bias options; for half of the layers none. */
    void decorate(BaseLayer.Builder<?> layer) {
        layer.activation(activation());
        IDropout noise = noise();
        if (noise != null) {
            layer.dropOut(noise);
        }
        if (draw.chance(0.5)) {
            return;
        }
        if (draw.chance(0.3)) {
            layer.l1(draw.between(0.0, 0.1)).l2(draw.between(0.0, 0.1));
        }
        if (draw.chance(0.2)) {
            layer.l1Bias(draw.between(0.0, 0.1)).l2Bias(draw.between(0.0, 0.1));
        }
        if (draw.chance(0.2)) {
            layer.weightDecay(draw.between(0.0, 0.1), draw.chance(0.5)).weightDecayBias(draw.between(0.0, 0.1));
        }
        if (draw.chance(0.2)) {
            layer.biasInit(draw.between(-1.0, 1.0));
        }
        if (draw.chance(0.2)) {
            layer.weightInit(draw.one(WeightInit.RELU, WeightInit.LECUN_NORMAL, WeightInit.NORMAL, WeightInit.XAVIER));
        }
        if (draw.chance(0.2)) {
            layer.updater(updater());
        }
        if (draw.chance(0.2)) {
            layer.biasUpdater(updater());
        }
        if (draw.chance(0.2)) {
            layer.gradientNormalization(draw.one(GradientNormalization.values()))
                    .gradientNormalizationThreshold(draw.between(0.1, 2.0));
        }
        constrain(layer);
    }

    private void constrain(BaseLayer.Builder<?> layer) {
        if (!draw.chance(0.3)) {
            return;
        }
        int dimension = 1;
        switch (draw.between(0, 4)) {
            case 0 -> layer.constrainWeights(new MaxNormConstraint(draw.between(0.3, 2.0), dimension));
            case 1 -> layer.constrainWeights(new MinMaxNormConstraint(0.3, 1.2, draw.between(0.1, 1.0), dimension));
            case 2 -> layer.constrainWeights(new UnitNormConstraint(dimension));
            case 3 -> layer.constrainBias(new NonNegativeConstraint());
            // not the biases too: of zeros alone leaky ReLU has two slopes, and DL4J takes the other one
            default -> layer.constrainWeights(new NonNegativeConstraint());
        }
    }

    IUpdater updater() {
        return draw.one(List.of(
                new Sgd(rate),
                new Nesterovs(rate, draw.between(0.0, 0.95)),
                new Adam(rate),
                new AMSGrad(rate),
                new AdaMax(rate),
                new Nadam(rate),
                new AdaGrad(rate),
                new RmsProp(rate),
                new AdaDelta()));
    }

    /** What holds for all layers that do not say otherwise. */
    NeuralNetConfiguration.Builder network(long seed) {
        NeuralNetConfiguration.Builder builder = new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(updater())
                .weightInit(WeightInit.XAVIER);
        if (draw.chance(0.15)) {
            builder.l1(draw.between(0.0, 0.05)).l2(draw.between(0.0, 0.05));
        }
        if (draw.chance(0.1)) {
            builder.weightDecay(draw.between(0.0, 0.05));
        }
        if (draw.chance(0.1)) {
            builder.biasUpdater(updater());
        }
        if (draw.chance(0.04)) {
            noisy = true;
            builder.dropOut(0.8);
        }
        if (draw.chance(0.15)) {
            builder.gradientNormalization(draw.one(GradientNormalization.values()))
                    .gradientNormalizationThreshold(draw.between(0.1, 2.0));
        }
        if (draw.chance(0.1)) {
            builder.miniBatch(false);
        }
        return builder;
    }

    /** A name that somebody might give a layer, also such as a translator might make itself. */
    String name(int index, List<String> taken) {
        List<String> odd = new ArrayList<>(List.of(
                "input", "loss", "out.loss", "a layer", "0", "größe", "x/y", "dropout", "activation", "output"));
        for (String other : taken) {
            odd.add(other + ".activation");
            odd.add(other + ".dropout");
            odd.add(other + ".flat");
        }
        String name = draw.chance(0.15) ? draw.one(odd) : "layer" + index;
        return taken.contains(name) ? "layer" + index : name;
    }
}
