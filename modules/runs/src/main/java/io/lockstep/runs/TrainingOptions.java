package io.lockstep.runs;

import io.lockstep.runs.settings.AugmentationSettings;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.LearningSettings;
import io.lockstep.runs.settings.StrategySettings;
import io.lockstep.training.Task;
import io.lockstep.training.checkpoint.CheckpointStore;
import io.lockstep.training.run.RunOptions;
import io.lockstep.training.run.RunOptions.CheckpointOptions;
import io.lockstep.training.run.RunOptions.DataOptions;
import io.lockstep.training.run.RunOptions.LearningOptions;

/** From settings to what travels to the ranks of a training. */
final class TrainingOptions {
    private TrainingOptions() {}

    /**
     * @param folder of checkpoints
     * @param owner who may write there
     */
    static RunOptions of(
            Configuration configuration, DataOptions data, String folder, boolean goesOn, String owner, Task task) {
        return RunOptions.builder(configuration.get(DataSettings.MODEL), data, StrategySettings.factory(configuration))
                .globalBatch(configuration.get(DistributionSettings.GLOBAL_BATCH))
                .microBatches(configuration.get(DistributionSettings.MICRO_BATCHES))
                .epochs(configuration.get(DistributionSettings.EPOCHS))
                .steps(configuration.get(DistributionSettings.STEPS))
                .stopAfter(configuration.get(DistributionSettings.STOP_AFTER))
                .seed(configuration.get(DistributionSettings.SEED))
                .learning(new LearningOptions(
                        configuration.get(LearningSettings.LEARNING_RATE),
                        configuration.get(LearningSettings.SCHEDULE),
                        configuration.get(LearningSettings.SCHEDULE_MILESTONES),
                        configuration.get(LearningSettings.SCHEDULE_FACTOR),
                        configuration.get(LearningSettings.WARMUP_EPOCHS)))
                .augmentation(AugmentationSettings.augmentation(configuration))
                .clipNorm(configuration.get(LearningSettings.CLIP_NORM))
                .logEvery(configuration.get(FolderSettings.LOG_EVERY))
                .compareEvery(configuration.get(FolderSettings.COMPARE_EVERY))
                .evaluateEvery(configuration.get(FolderSettings.EVALUATE_EVERY))
                .earlyStopping(configuration.get(DistributionSettings.EARLY_STOPPING))
                .checkpoints(new CheckpointOptions(
                        folder,
                        configuration.get(FolderSettings.CHECKPOINT_EVERY),
                        configuration.get(FolderSettings.CHECKPOINT_KEEP),
                        bestToKeep(configuration, task),
                        goesOn,
                        owner,
                        configuration.get(DistributionSettings.INIT_FROM)))
                .build();
    }

    private static CheckpointStore.Best bestToKeep(Configuration configuration, Task task) {
        return configuration.get(FolderSettings.CHECKPOINT_BEST).equals("off")
                ? CheckpointStore.Best.NONE
                : FolderSettings.best(configuration, task);
    }
}
