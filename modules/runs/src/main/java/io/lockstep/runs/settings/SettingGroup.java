package io.lockstep.runs.settings;

import io.lockstep.training.strategies.StrategySetting;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Settings that belong together, in the order in which the template lists them. A class of constants fills it as it is loaded. */
final class SettingGroup {
    private final String title;
    private final List<Setting<?>> settings = new ArrayList<>();

    SettingGroup(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    List<Setting<?>> settings() {
        return Collections.unmodifiableList(settings);
    }

    /** A setting that every run heeds. */
    <T> Setting<T> add(String name, String defaultText, String meaning, Function<String, T> parser) {
        return add(name, defaultText, meaning, parser, Heeded.ALWAYS);
    }

    <T> Setting<T> add(String name, String defaultText, String meaning, Function<String, T> parser, Heeded heeded) {
        Setting<T> setting = new Setting<>(name, defaultText, meaning, parser, heeded);
        settings.add(setting);
        return setting;
    }

    /** A setting that a strategy declares. */
    <T> Setting<T> add(StrategySetting<T> declared) {
        return add(
                declared.name(),
                declared.defaultText(),
                declared.meaning(),
                declared.parser(),
                StrategySettings.heeded(declared));
    }

    /** The one of them that a strategy has declared. */
    @SuppressWarnings("unchecked") // of the type that it was added with
    <T> Optional<Setting<T>> find(StrategySetting<T> declared) {
        return settings.stream()
                .filter(setting -> setting.name().equals(declared.name()))
                .map(setting -> (Setting<T>) setting)
                .findFirst();
    }
}
