package io.lockstep.networks;

import java.io.Serializable;

/**
 * What makes a network of a generator and, after it, a discriminator: two players of a game (Goodfellow et al. 2014). The
 * network's input is (N, latent + classes): numbers drawn from a normal distribution, and where the generator is told what
 * to draw, its class as one of so many that is 1.
 *
 * @param handover vertex whose output the discriminator reads: a picture in [-1, 1], and the class behind it if there is
 *     one. What comes before it is the generator's, what comes after it the discriminator's
 * @param latent numbers drawn for a picture
 * @param classes that the generator is asked for (Mirza and Osindero 2014); 0: it is not asked
 * @param discriminatorSteps updates of the discriminator to one of the generator
 * @param saturating whether the generator learns from log(1 - D(G(z))), otherwise from -log D(G(z)); of no meaning where
 *     the discriminator is a critic
 * @param weightClip parameters of the discriminator stay within so much of 0 (Arjovsky et al. 2017); 0: they are free
 * @param gradientPenalty times the mean of (|gradient of the critic at a point between| - 1)^2, with a picture and a
 *     sample to both sides, is added to the critic's loss (Gulrajani et al. 2017); 0: it is not
 * @param generatorRate learning rate of the generator, as a multiple of the discriminator's
 */
public record Adversarial(
        String handover,
        int latent,
        int classes,
        int discriminatorSteps,
        boolean saturating,
        double weightClip,
        double gradientPenalty,
        double generatorRate)
        implements Serializable {
    public Adversarial {
        if (latent < 1 || classes < 0 || discriminatorSteps < 1) {
            throw new IllegalArgumentException("a generator of " + latent + " numbers and " + classes + " classes, "
                    + discriminatorSteps + " discriminator steps");
        }
        requirePositive("weight-clip", weightClip, true);
        requirePositive("gradient-penalty", gradientPenalty, true);
        requirePositive("generator-rate", generatorRate, false);
    }

    private static void requirePositive(String name, double value, boolean orZero) {
        if (!(value > 0 && Double.isFinite(value)) && !(orZero && value == 0)) {
            throw new IllegalArgumentException(name + " must be positive" + (orZero ? " or 0" : "") + ", not " + value);
        }
    }

    /** As in the first papers: one step each, the loss that does not saturate. */
    public static Adversarial of(String handover, int latent, int classes) {
        return new Adversarial(handover, latent, classes, 1, false, 0, 0, 1);
    }

    public Adversarial withDiscriminatorSteps(int changed) {
        return new Adversarial(
                handover, latent, classes, changed, saturating, weightClip, gradientPenalty, generatorRate);
    }

    public Adversarial withSaturating(boolean changed) {
        return new Adversarial(
                handover, latent, classes, discriminatorSteps, changed, weightClip, gradientPenalty, generatorRate);
    }

    public Adversarial withWeightClip(double changed) {
        return new Adversarial(
                handover, latent, classes, discriminatorSteps, saturating, changed, gradientPenalty, generatorRate);
    }

    public Adversarial withGradientPenalty(double changed) {
        return new Adversarial(
                handover, latent, classes, discriminatorSteps, saturating, weightClip, changed, generatorRate);
    }

    public Adversarial withGeneratorRate(double changed) {
        return new Adversarial(
                handover, latent, classes, discriminatorSteps, saturating, weightClip, gradientPenalty, changed);
    }
}
