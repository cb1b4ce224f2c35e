package io.lockstep.runs.settings;

/** What a call asks for beside its network, its data and its training, read once and grouped by who needs it. */
public record RunSettings(RuntimeSettings runtime, RankSettings ranks, HostNeeds hosts) {
    public static RunSettings of(Configuration configuration) {
        return new RunSettings(
                RuntimeSettings.of(configuration), RankSettings.of(configuration), HostNeeds.of(configuration));
    }
}
