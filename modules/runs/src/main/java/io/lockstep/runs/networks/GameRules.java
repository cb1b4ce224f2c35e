package io.lockstep.runs.networks;

import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.games.Adversarial;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.LearningSettings;
import java.io.Serializable;

/**
 * What the settings change of a generative adversarial network's rules; 0 leaves a number as the model's paper has it.
 *
 * @param saturating of the generator's loss
 * @param generatorRate of the learning rate
 */
record GameRules(
        boolean saturating, double generatorRate, int discriminatorSteps, double weightClip, double gradientPenalty)
        implements Serializable {
    static GameRules of(Configuration configuration) {
        return new GameRules(
                configuration.get(LearningSettings.GENERATOR_LOSS).equals("saturating"),
                configuration.get(LearningSettings.GENERATOR_RATE),
                configuration.get(LearningSettings.DISCRIMINATOR_STEPS),
                configuration.get(LearningSettings.WEIGHT_CLIP),
                configuration.get(LearningSettings.GRADIENT_PENALTY));
    }

    /** A network that plays no game stays as it is. */
    NetworkDefinition applyTo(NetworkDefinition network) {
        Adversarial rules = network.adversarial();
        if (rules == null) {
            return network;
        }
        rules = rules.withSaturating(saturating).withGeneratorRate(generatorRate);
        if (discriminatorSteps > 0) {
            rules = rules.withDiscriminatorSteps(discriminatorSteps);
        }
        if (weightClip > 0) {
            rules = rules.withWeightClip(weightClip);
        }
        if (gradientPenalty > 0) {
            rules = rules.withGradientPenalty(gradientPenalty);
        }
        return new NetworkDefinition(network.configuration(), network.input(), rules);
    }
}
