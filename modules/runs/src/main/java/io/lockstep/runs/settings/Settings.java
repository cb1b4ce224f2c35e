package io.lockstep.runs.settings;

import io.lockstep.training.strategies.StrategySetting;
import java.util.List;

/** Every setting that there is, in the order in which the template lists them. */
public final class Settings {
    private static final List<SettingGroup> GROUPS = List.of(
            DataSettings.GROUP,
            PictureSettings.GROUP,
            TableSettings.GROUP,
            DistributionSettings.GROUP,
            LearningSettings.GROUP,
            AugmentationSettings.GROUP,
            CommunicationSettings.GROUP,
            FolderSettings.GROUP,
            ExecutorSettings.GROUP);

    private Settings() {}

    static List<SettingGroup> groups() {
        return GROUPS;
    }

    public static List<Setting<?>> all() {
        return GROUPS.stream()
                .<Setting<?>>flatMap(group -> group.settings().stream())
                .toList();
    }

    static List<String> names() {
        return all().stream().map(Setting::name).toList();
    }

    /** The setting that a strategy has declared. */
    public static <T> Setting<T> of(StrategySetting<T> declared) {
        return GROUPS.stream()
                .flatMap(group -> group.find(declared).stream())
                .findFirst()
                .orElseThrow();
    }
}
