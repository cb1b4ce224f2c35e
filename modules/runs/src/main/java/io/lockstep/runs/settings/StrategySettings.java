package io.lockstep.runs.settings;

import io.lockstep.runs.masters.MasterStrategy;
import io.lockstep.runs.settings.Heeded.Unheeded;
import io.lockstep.training.Calibration;
import io.lockstep.training.Strategy;
import io.lockstep.training.strategies.Asked;
import io.lockstep.training.strategies.Strategies;
import io.lockstep.training.strategies.StrategyKind;
import io.lockstep.training.strategies.StrategySetting;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** From settings to strategies. What there is to know of a single one stands in its {@link StrategyKind}. */
public final class StrategySettings {
    /** Lockstep's own, then DL4J's masters: the order of every list. */
    private static final List<StrategyKind> KINDS = Stream.<StrategyKind>concat(
                    Strategies.ALL.stream(), Arrays.stream(MasterStrategy.values()))
            .toList();

    private StrategySettings() {}

    /** What a call asks for, as strategies look at it. */
    private record AskedOf(Configuration configuration) implements Asked {
        @Override
        public <T> T get(StrategySetting<T> setting) {
            return configuration.get(Settings.of(setting));
        }

        @Override
        public <T> boolean isChanged(StrategySetting<T> setting) {
            return configuration.isChanged(Settings.of(setting));
        }

        @Override
        public int workers() {
            return configuration.get(DistributionSettings.WORKERS);
        }

        @Override
        public int globalBatch() {
            return configuration.get(DistributionSettings.GLOBAL_BATCH);
        }

        @Override
        public boolean syncBatchNorm() {
            return configuration.get(CommunicationSettings.SYNC_BATCH_NORM);
        }

        @Override
        public String updater() {
            return configuration.get(LearningSettings.UPDATER);
        }

        @Override
        public boolean updaterHasState() {
            return DataSettings.isOwn(configuration) || !updater().equals("sgd");
        }

        @Override
        public double momentum() {
            return configuration.get(LearningSettings.MOMENTUM);
        }
    }

    static List<StrategyKind> kinds() {
        return KINDS;
    }

    /** The words of those that something is true of. */
    public static List<String> words(Predicate<StrategyKind> which) {
        return KINDS.stream().filter(which).map(StrategyKind::word).toList();
    }

    public static List<String> words() {
        return words(kind -> true);
    }

    /** What the setting {@code strategy} means: each word with what ranks exchange. */
    static String meaning() {
        String own = KINDS.stream()
                .filter(StrategyKind::byRanks)
                .map(kind -> kind.word() + " (" + kind.meaning() + ")")
                .collect(Collectors.joining("; "));
        return "What ranks exchange: " + own + ". As baselines DL4J's own training masters: "
                + String.join(", ", words(kind -> !kind.byRanks())) + ".";
    }

    /** Whether DL4J's own master trains, on the driver, and no ranks do. */
    public static boolean isMaster(Configuration configuration) {
        return !of(configuration).byRanks();
    }

    static StrategyKind of(Configuration configuration) {
        String word = configuration.get(DistributionSettings.STRATEGY);
        return KINDS.stream()
                .filter(kind -> kind.word().equals(word))
                .findFirst()
                .orElseThrow();
    }

    /** The settings that strategies declare, each once. */
    static List<StrategySetting<?>> settings() {
        return KINDS.stream()
                .<StrategySetting<?>>flatMap(kind -> kind.settings().stream())
                .distinct()
                .toList();
    }

    /** By the strategies that know it, where it has something to do. */
    static Heeded heeded(StrategySetting<?> setting) {
        Heeded heeded = Heeded.by(words(kind -> kind.settings().contains(setting)));
        for (StrategySetting.Unfit unfit : setting.unfit()) {
            heeded = heeded.and((asked, run) -> unfit.holds().test(new AskedOf(run.configuration()))
                    ? new Unheeded(unfit.idle() ? Unheeded.Kind.IDLE : Unheeded.Kind.FOREIGN, run.filled(unfit.why()))
                    : null);
        }
        return heeded;
    }

    /** Whether a strategy knows a setting: all know most. */
    public static boolean knows(String strategy, String settingName) {
        return Settings.all().stream()
                .filter(setting ->
                        setting.name().equals(settingName) || setting.key().equals(settingName))
                .allMatch(setting -> setting.heeded().knows(strategy));
    }

    /** @throws UsageException saying what does not go together */
    public static void check(Configuration configuration) {
        checkMicroBatches(configuration);
        checkSyncBatchNorm(configuration);
        checkStop(configuration);
        try {
            of(configuration).check(new AskedOf(configuration));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /** What synchronised batch norm needs: as many passes on every rank. */
    private static void checkSyncBatchNorm(Configuration configuration) {
        if (!configuration.get(CommunicationSettings.SYNC_BATCH_NORM)) {
            return;
        }
        if (RuntimeSettings.of(configuration).byDl4j()) {
            throw new UsageException("sync-batch-norm is the compiled runtime's; leave runtime = auto");
        }
        if (configuration.get(DistributionSettings.MICRO_BATCHES) > 1) {
            throw new UsageException(
                    "sync-batch-norm does not go with micro-batches, of which ranks may have different numbers; leave one of the two out");
        }
    }

    private static void checkMicroBatches(Configuration configuration) {
        int parts = configuration.get(DistributionSettings.MICRO_BATCHES);
        int workers = configuration.get(DistributionSettings.WORKERS);
        int batch = configuration.get(DistributionSettings.GLOBAL_BATCH);
        if (parts > 1 && batch % (workers * parts) != 0) {
            throw new UsageException(
                    "micro-batches = " + parts + " does not divide what each worker has of a step: global-batch "
                            + batch + " / " + workers + " workers");
        }
    }

    /** Between two averagings there is no one state of the run to stop in. */
    private static void checkStop(Configuration configuration) {
        long stop = configuration.get(DistributionSettings.STOP_AFTER);
        of(configuration).period().ifPresent(setting -> {
            int period = configuration.get(Settings.of(setting));
            if (stop % period != 0) {
                throw new UsageException("stop-after = " + stop + " falls between two averagings; take a multiple of "
                        + setting.name() + " = " + period);
            }
        });
    }

    public static Strategy.Factory factory(Configuration configuration) {
        return of(configuration).factory(new AskedOf(configuration));
    }

    /** Puts into the configuration what was chosen by measurement, and takes out what does not belong to it. */
    public static void take(Calibration.Decision decision, Configuration configuration) {
        configuration.put(decision.setting(), decision.value(), Origin.DERIVED);
        String strategy = configuration.get(DistributionSettings.STRATEGY);
        Settings.all().stream()
                .filter(setting -> !setting.heeded().knows(strategy))
                .forEach(setting -> configuration.derive(setting, setting.defaultText()));
    }
}
