package io.lockstep.cli;

import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.FolderSettings;
import picocli.CommandLine.Option;

/** Of the commands that use a run's network: which checkpoint of it. */
final class CheckpointOption {
    @Option(
            names = "--checkpoint",
            paramLabel = "newest|best|STEP",
            description = "Which of the run's checkpoints. Default: newest.")
    private String which;

    void putInto(Configuration configuration) {
        if (which != null) {
            configuration.put(FolderSettings.CHECKPOINT.name(), which);
        }
    }
}
