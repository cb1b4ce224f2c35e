package io.lockstep.runs.settings;

import io.lockstep.datasets.NearestName;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The resolved settings of a call. Layers are put on one another, later over earlier: the defaults, {@code
 * conf/lockstep-defaults.conf}, the recipe, {@code spark.lockstep.*} properties, the command line. Every value is
 * checked when its layer is put.
 */
public final class Configuration {
    private final Map<String, String> texts = new HashMap<>();
    /** What the texts are read as, once. */
    private final Map<String, Object> values = new HashMap<>();

    private final Map<String, Origin> origins = new HashMap<>();

    public Configuration() {
        Settings.all().forEach(setting -> take(setting, setting.defaultText()));
    }

    private void take(Setting<?> setting, String text) {
        values.put(setting.name(), setting.parse(text));
        texts.put(setting.name(), text.trim());
    }

    @SuppressWarnings("unchecked") // of the type that the setting's own parser made
    public <T> T get(Setting<T> setting) {
        return (T) values.get(setting.name());
    }

    /** Whether it has another value than its default. */
    public <T> boolean isChanged(Setting<T> setting) {
        return !get(setting).equals(setting.parse(setting.defaultText()));
    }

    /** With where its values come from. */
    public Configuration copy() {
        Configuration copy = new Configuration();
        copy.texts.putAll(texts);
        copy.values.putAll(values);
        copy.origins.putAll(origins);
        return copy;
    }

    public Origin origin(Setting<?> setting) {
        return origins.getOrDefault(setting.name(), Origin.DEFAULT);
    }

    /** Of the call. */
    public void put(String name, String text) {
        put(name, text, Origin.CALL);
    }

    /** A value that the run finds out by itself. */
    public void derive(Setting<?> setting, String text) {
        put(setting.name(), text, Origin.DERIVED);
    }

    /** @throws UsageException for an unknown name, with the nearest known one, or a value that is not allowed */
    public void put(String name, String text, Origin origin) {
        String bare = name.startsWith(Setting.PREFIX) ? name.substring(Setting.PREFIX.length()) : name;
        Setting<?> setting = Settings.all().stream()
                .filter(known -> known.name().equals(bare))
                .findFirst()
                .orElseThrow(() -> new UsageException(NearestName.unknown("setting", bare, Settings.names())));
        take(setting, text);
        origins.put(bare, origin);
    }

    /** @param assignment {@code KEY=VALUE} */
    public void put(String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            throw new UsageException("--set " + assignment + ": expected KEY=VALUE");
        }
        put(assignment.substring(0, equals).trim(), assignment.substring(equals + 1));
    }

    /**
     * A properties file: {@code key = value} or {@code key value}, keys with or without {@code spark.lockstep.}, as
     * spark-submit's {@code --properties-file} takes it. Other {@code spark.*} keys are refused in a recipe and in the site's
     * defaults.
     *
     * @param source named in messages
     */
    public void putAll(String text, String source, Origin origin) {
        Properties properties = new Properties() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Object put(Object name, Object value) {
                if (containsKey(name)) {
                    throw new IllegalArgumentException(name + " is there twice");
                }
                return super.put(name, value);
            }
        };
        try {
            properties.load(new StringReader(text));
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException(source + ": " + e.getMessage(), e);
        }
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith("spark.") && !name.startsWith(Setting.PREFIX)) {
                requireNoRecipe(name, source, origin);
                continue;
            }
            if (properties.containsKey(Setting.PREFIX + name)) {
                throw new UsageException(source + ": " + name + " and " + Setting.PREFIX + name + " are one setting");
            }
            try {
                put(name, properties.getProperty(name), origin);
            } catch (UsageException e) {
                throw new UsageException(source + ": " + e.getMessage(), e);
            }
        }
    }

    /** What would be dropped without a word: spark-submit gets the settings of a recipe, and not the file. */
    private static void requireNoRecipe(String name, String source, Origin origin) {
        if (origin == Origin.RECIPE || origin == Origin.SITE) {
            throw new UsageException(source + ": " + name
                    + " is a property of Spark's, which spark-submit takes by --conf or --properties-file");
        }
    }

    /** Every setting by its Spark key, in the template's order. */
    Map<String, String> asSparkProperties() {
        Map<String, String> properties = new LinkedHashMap<>();
        Settings.all().forEach(setting -> properties.put(setting.key(), texts.get(setting.name())));
        return properties;
    }

    /** The values by their settings' names, those without any left out. */
    public Map<String, String> byName() {
        Map<String, String> named = new LinkedHashMap<>();
        Settings.all().stream()
                .filter(setting -> !texts.get(setting.name()).isEmpty())
                .forEach(setting -> named.put(setting.name(), texts.get(setting.name())));
        return named;
    }

    /** Names of the settings that have their value from there. */
    public List<String> namesFrom(Origin origin) {
        return Settings.all().stream()
                .filter(setting -> origin(setting) == origin)
                .map(Setting::name)
                .toList();
    }

    /**
     * What somebody asked for, by Spark key: also where it is the default, which would otherwise lose against a Spark property
     * that the driver finds.
     */
    public Map<String, String> given() {
        Map<String, String> properties = asSparkProperties();
        Settings.all().stream()
                .filter(setting -> origin(setting) == Origin.DEFAULT || origin(setting) == Origin.RUN)
                .forEach(setting -> properties.remove(setting.key()));
        return properties;
    }

    /** What differs from another configuration, by Spark key. */
    Map<String, String> differenceFrom(Configuration base) {
        Map<String, String> properties = asSparkProperties();
        base.asSparkProperties().forEach(properties::remove);
        return properties;
    }

    /** As {@code config.conf} in a run's folder: feeding it back as a recipe repeats the run. */
    public String asText() {
        StringBuilder text = new StringBuilder();
        asSparkProperties()
                .forEach((key, value) -> text.append(key)
                        .append(" = ")
                        .append(value.replace("\\", "\\\\"))
                        .append('\n'));
        return text.toString();
    }
}
