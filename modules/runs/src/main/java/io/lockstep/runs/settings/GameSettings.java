package io.lockstep.runs.settings;

import io.lockstep.datasets.DataSource;
import io.lockstep.networks.NetworkDefinition;
import java.util.List;

/** What does not go together with networks that play against each other. */
public final class GameSettings {
    private GameSettings() {}

    /** @throws UsageException saying what does not go together */
    public static void check(NetworkDefinition network, Configuration configuration, DataSource data) {
        String model = configuration.get(DataSettings.MODEL);
        if (network.game() == null) {
            return;
        }
        if (network.adversarial() != null && !data.hasPictures()) {
            throw new UsageException(
                    model + " draws pictures, and " + configuration.get(DataSettings.DATA) + " has none");
        }
        try {
            network.requireRulesThatFit();
        } catch (IllegalArgumentException e) {
            throw new UsageException(model + ": " + e.getMessage(), e);
        }
        refuse(model, DataSettings.RUNTIME, RuntimeSettings.of(configuration).byDl4j(), "DL4J plays no such game");
        checkStop(network, configuration);
        refuse(
                model,
                CommunicationSettings.SYNC_BATCH_NORM,
                configuration.get(CommunicationSettings.SYNC_BATCH_NORM),
                "its networks' batch norms see each rank's own batch");
        refuse(
                model,
                DistributionSettings.STRATEGY,
                !strategies().contains(configuration.get(DistributionSettings.STRATEGY)),
                "choose " + alternatives(strategies()) + " for both of its networks");
        refuse(
                model,
                CommunicationSettings.BUCKET_BYTES,
                configuration.get(CommunicationSettings.BUCKET_BYTES).measured(),
                "it has two networks to measure; leave auto, or give a size");
        refuse(
                model,
                AugmentationSettings.MIXUP,
                configuration.get(AugmentationSettings.MIXUP) > 0,
                "its discriminator tells pictures from samples, not classes");
        refuse(
                model,
                LearningSettings.LABEL_SMOOTHING,
                configuration.get(LearningSettings.LABEL_SMOOTHING) > 0,
                "its discriminator has no classes to smooth");
    }

    /** A part that learns in every k-th step counts its own turns, and is averaged every averaging-period of them. */
    private static void checkStop(NetworkDefinition network, Configuration configuration) {
        long stop = configuration.get(DistributionSettings.STOP_AFTER);
        boolean rulesOfGan = network.adversarial() != null;
        StrategySettings.of(configuration).period().ifPresent(setting -> {
            int period = configuration.get(Settings.of(setting)) * network.stepsOfAllTurns();
            if (stop % period != 0) {
                throw new UsageException("stop-after = " + stop + " falls between two averagings of "
                        + (rulesOfGan ? "the generator" : "a turn's parts") + "; take a multiple of " + setting.name()
                        + " x " + (rulesOfGan ? "discriminator-steps" : "the steps after which all turns begin anew")
                        + " = " + period);
            }
        });
    }

    private static List<String> strategies() {
        return StrategySettings.words(kind -> kind.byRanks() && !kind.chooses());
    }

    private static String alternatives(List<String> words) {
        int last = words.size() - 1;
        return String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    private static void refuse(String model, Setting<?> setting, boolean wrong, String why) {
        if (wrong) {
            throw new UsageException(setting.name() + " does not go with " + model + ": " + why);
        }
    }
}
