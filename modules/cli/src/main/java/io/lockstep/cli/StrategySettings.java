package io.lockstep.cli;

import io.lockstep.dl4jmasters.MasterStrategy;
import io.lockstep.training.Rehearsal;
import io.lockstep.training.Strategy;
import io.lockstep.training.strategies.Auto;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.GradientSharing;
import io.lockstep.training.strategies.Strategies;

/** From settings to strategies: which settings belong to which, and what does not go together. */
final class StrategySettings {
    static final String[] WORDS = {
        "ddp",
        "dp",
        "parameter-averaging",
        "gradient-sharing",
        "auto",
        MasterStrategy.PARAMETER_AVERAGING.word(),
        MasterStrategy.GRADIENT_SHARING.word()
    };

    private StrategySettings() {}

    /** Whether a strategy knows a setting: all know most. */
    static boolean knows(String strategy, String settingName) {
        return Settings.all().stream()
                .filter(setting ->
                        setting.name().equals(settingName) || setting.key().equals(settingName))
                .allMatch(setting -> setting.heeded().knows(strategy));
    }

    /** @throws UsageException saying what does not go together */
    static void check(Configuration configuration) {
        checkMicroBatches(configuration);
        checkSyncBatchNorm(configuration);
        checkStop(configuration);
        if (configuration.get(Settings.MOMENTUM_CORRECTION)) {
            checkMomentum(configuration);
        }
        if (configuration.isChanged(Settings.SHARING_THRESHOLD) && configuration.isChanged(Settings.SHARING_DENSITY)) {
            throw new UsageException(
                    "sharing-threshold holds the threshold, sharing-density lets it move: set one of them");
        }
    }

    /** What synchronised batch norm needs: as many passes on every rank. */
    private static void checkSyncBatchNorm(Configuration configuration) {
        if (!configuration.get(Settings.SYNC_BATCH_NORM)) {
            return;
        }
        if (Networks.byDl4j(configuration)) {
            throw new UsageException("sync-batch-norm is the compiled runtime's; leave runtime = auto");
        }
        if (configuration.get(Settings.MICRO_BATCHES) > 1) {
            throw new UsageException(
                    "sync-batch-norm with micro-batches is not there: ranks may have different numbers of them");
        }
    }

    private static void checkMicroBatches(Configuration configuration) {
        int parts = configuration.get(Settings.MICRO_BATCHES);
        int workers = configuration.get(Settings.WORKERS);
        int batch = configuration.get(Settings.GLOBAL_BATCH);
        if (parts > 1 && batch % (workers * parts) != 0) {
            throw new UsageException(
                    "micro-batches = " + parts + " does not divide what each worker has of a step: global-batch "
                            + batch + " / " + workers + " workers");
        }
    }

    /** Between two averagings there is no one state of the run to stop in. */
    private static void checkStop(Configuration configuration) {
        long stop = configuration.get(Settings.STOP_AFTER);
        int period = configuration.get(Settings.AVERAGING_PERIOD);
        if (configuration.get(Settings.STRATEGY).equals("parameter-averaging") && stop % period != 0) {
            throw new UsageException("stop-after = " + stop + " falls between two averagings; take a multiple of"
                    + " averaging-period = " + period);
        }
    }

    private static void checkMomentum(Configuration configuration) {
        if (!configuration.get(Settings.UPDATER).equals("nesterovs") || configuration.get(Settings.MOMENTUM) >= 1) {
            throw new UsageException(
                    "momentum-correction takes the momentum of updater = nesterovs out of the updater; with "
                            + configuration.get(Settings.UPDATER) + " there is none to take");
        }
    }

    static Strategy.Factory factory(Configuration configuration) {
        BucketSize bucket = configuration.get(Settings.BUCKET_BYTES);
        // two threads would call collectives, in an order that ranks need not share
        boolean overlap = configuration.get(Settings.OVERLAP) && !configuration.get(Settings.SYNC_BATCH_NORM);
        var ddp = new Strategies.Ddp(bucket, configuration.get(Settings.WIRE), overlap);
        var dp = new Strategies.Dp(bucket, overlap);
        var sharing = new Strategies.Sharing(new GradientSharing.Options(
                configuration.get(Settings.SHARING_DENSITY),
                configuration.get(Settings.SHARING_THRESHOLD),
                configuration.get(Settings.SHARING_WARMUP_EPOCHS),
                configuration.get(Settings.SHARING_RESIDUAL_CLIP),
                configuration.get(Settings.MOMENTUM_CORRECTION) ? configuration.get(Settings.MOMENTUM) : 0));
        return switch (configuration.get(Settings.STRATEGY)) {
            case "ddp" -> ddp;
            case "dp" -> dp;
            case "parameter-averaging" ->
                new Strategies.Averaging(
                        configuration.get(Settings.AVERAGING_PERIOD),
                        configuration.get(Settings.AVERAGING_FROM_EPOCH),
                        configuration.get(Settings.AVERAGE_UPDATER_STATE));
            case "gradient-sharing" -> sharing;
            case "auto" -> new Auto(ddp, dp, sharing);
            default ->
                MasterStrategy.of(configuration.get(Settings.STRATEGY))
                        .orElseThrow()
                        .factory();
        };
    }

    /** Puts into the configuration what was chosen by measurement, and takes out what does not belong to it. */
    static void take(Rehearsal.Decision decision, Configuration configuration) {
        configuration.put(decision.setting(), decision.value(), Origin.DERIVED);
        String strategy = configuration.get(Settings.STRATEGY);
        Settings.all().stream()
                .filter(setting -> !setting.heeded().knows(strategy))
                .forEach(setting -> configuration.derive(setting, setting.defaultText()));
    }
}
