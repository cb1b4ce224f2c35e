package io.lockstep.runs.settings;

import io.lockstep.runs.settings.Heeded.Unheeded;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a run heeds all that was set for it. What a call asks for and the run would not do is refused; what a recipe has for
 * other runs, and what has nothing to do in this one, is told in a line each; what the site's defaults have for other runs, in
 * one. What is told and not refused gets its default again, so that it has no effect indeed.
 */
public final class SettingsJudgement {
    private static final String OF_SITE = "";

    private SettingsJudgement() {}

    /**
     * @return what is to be told, by the name of the setting: see {@link #told}
     * @throws UsageException naming a setting that the run would not heed, and why
     */
    public static Map<String, String> of(RunFacts run) {
        Configuration configuration = run.configuration();
        Map<String, String> notes = new LinkedHashMap<>();
        for (Setting<?> setting : Settings.all()) {
            Origin origin = configuration.origin(setting);
            Unheeded unheeded = isAsked(setting, run) ? setting.heeded().unheeded(setting, run) : null;
            if (unheeded == null) {
                continue;
            }
            if (unheeded.isRefused(origin)) {
                throw new UsageException(setting.name() + " " + unheeded.why());
            }
            notes.put(
                    setting.name(),
                    origin == Origin.SITE
                            ? OF_SITE
                            : setting.name() + " has no effect in this run: it " + unheeded.why());
            if (unheeded.kind() != Unheeded.Kind.IDLE) {
                configuration.derive(setting, setting.defaultText());
            }
        }
        return notes;
    }

    /** @throws UsageException for settings that do not go together, whatever they are trained on */
    public static void requireTogether(Configuration configuration) {
        if (configuration.isChanged(FolderSettings.CHECKPOINT)) {
            throw new UsageException("checkpoint is for evaluate, predict and generate; a run goes on from the newest");
        }
        if (configuration.get(LearningSettings.SCHEDULE).equals("step")
                && configuration.get(LearningSettings.SCHEDULE_MILESTONES).isEmpty()) {
            throw new UsageException("schedule = step needs schedule-milestones, for instance 80, 120");
        }
        if (configuration.get(DistributionSettings.EARLY_STOPPING) > 0) {
            if (configuration.get(FolderSettings.EVALUATE_EVERY) == 0) {
                throw new UsageException(
                        "early-stopping looks at tests between epochs: set evaluate-every to 1 or more");
            }
            if (configuration.get(FolderSettings.CHECKPOINT_BEST).equals("off")) {
                throw new UsageException(
                        "early-stopping goes back to the best checkpoint: leave checkpoint-best = auto");
            }
        }
        RuntimeSettings runtime = RuntimeSettings.of(configuration);
        if (runtime.inBfloat16() && runtime.byDl4j()) {
            throw new UsageException("precision = bf16 is the compiled runtime's; leave runtime = auto");
        }
        if (configuration.isChanged(LearningSettings.DROP_CONNECT) && runtime.byDl4j()) {
            throw new UsageException(
                    "drop-connect is the compiled runtime's: DL4J's does not divide what is kept, so that a"
                            + " test sees other weights; leave runtime = auto");
        }
        if (configuration.isChanged(LearningSettings.BPTT_STEPS) && runtime.byDl4j()) {
            throw new UsageException("bptt-steps is the compiled runtime's; leave runtime = auto");
        }
        StrategySettings.check(configuration);
        int workers = configuration.get(DistributionSettings.WORKERS);
        if (configuration.get(CommunicationSettings.MIN_WORKERS) > workers) {
            throw new UsageException("min-workers = " + configuration.get(CommunicationSettings.MIN_WORKERS)
                    + " is more than workers = " + workers);
        }
        int batch = configuration.get(DistributionSettings.GLOBAL_BATCH);
        if (batch < workers) {
            throw new UsageException("global-batch = " + batch + " is smaller than workers = " + workers
                    + ": some ranks would never see an example");
        }
    }

    /** Line by line, the site's in one. */
    public static List<String> told(Map<String, String> notes) {
        List<String> lines = new ArrayList<>();
        List<String> ofSite = new ArrayList<>();
        notes.forEach((setting, note) -> {
            if (note.equals(OF_SITE)) {
                ofSite.add(setting);
            } else {
                lines.add(note);
            }
        });
        if (!ofSite.isEmpty()) {
            lines.add("conf/lockstep-defaults.conf has settings without an effect in this run: "
                    + String.join(", ", ofSite));
        }
        return List.copyOf(lines);
    }

    /** A default that somebody wrote out asks for nothing, but of a network that has something else. */
    private static boolean isAsked(Setting<?> setting, RunFacts run) {
        return switch (run.configuration().origin(setting)) {
            case DEFAULT, RUN, DERIVED -> false;
            case SITE, RECIPE, CALL ->
                run.configuration().isChanged(setting)
                        || run.own() && setting.heeded().ofNetwork();
        };
    }
}
