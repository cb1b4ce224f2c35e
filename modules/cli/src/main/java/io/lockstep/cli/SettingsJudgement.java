package io.lockstep.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a run heeds all that was set for it. What a call asks for and the run would not do is refused; what a recipe has for
 * other runs, and what has nothing to do in this one, is told in a line each; what the site's defaults have for other runs, in
 * one. What is told and not refused gets its default again, so that it has no effect indeed.
 */
final class SettingsJudgement {
    private static final String OF_SITE = "";

    private SettingsJudgement() {}

    /**
     * @return what is to be told, by the name of the setting: see {@link #told}
     * @throws UsageException naming a setting that the run would not heed, and why
     */
    static Map<String, String> of(RunFacts run) {
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

    /** Line by line, the site's in one. */
    static List<String> told(Map<String, String> notes) {
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
