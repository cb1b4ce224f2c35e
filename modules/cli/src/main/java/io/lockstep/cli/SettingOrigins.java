package io.lockstep.cli;

import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.Origin;
import io.lockstep.runs.settings.Setting;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Option;

/** Who gave settings that reach the driver as Spark properties, which do not say so themselves. */
final class SettingOrigins {
    private static final String FROM_RECIPE = "--from-recipe";
    private static final String FROM_DEFAULTS = "--from-defaults";

    @Option(
            names = FROM_RECIPE,
            split = ",",
            hidden = true,
            description = "For the driver: which of the Spark properties are a recipe's.")
    private List<String> fromRecipe = new ArrayList<>();

    @Option(names = FROM_DEFAULTS, split = ",", hidden = true, description = "And which the site's defaults.")
    private List<String> fromDefaults = new ArrayList<>();

    /** What the launcher tells the driver. */
    static void addTo(List<String> command, Configuration configuration) {
        add(command, FROM_RECIPE, configuration.namesFrom(Origin.RECIPE));
        add(command, FROM_DEFAULTS, configuration.namesFrom(Origin.SITE));
    }

    private static void add(List<String> command, String option, List<String> names) {
        if (!names.isEmpty()) {
            command.addAll(List.of(option, String.join(",", names)));
        }
    }

    /** On the driver: the settings among Spark's properties. */
    void putFrom(SparkConf conf, Configuration configuration) {
        for (var property : conf.getAllWithPrefix(Setting.PREFIX)) {
            configuration.put(property._1, property._2, originOf(property._1));
        }
    }

    private Origin originOf(String name) {
        if (fromRecipe.contains(name)) {
            return Origin.RECIPE;
        }
        return fromDefaults.contains(name) ? Origin.SITE : Origin.CALL;
    }
}
