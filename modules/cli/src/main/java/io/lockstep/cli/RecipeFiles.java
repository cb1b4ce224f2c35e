package io.lockstep.cli;

import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.Origin;
import io.lockstep.runs.settings.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Settings from files on this machine. */
final class RecipeFiles {
    /** What some editors put before UTF-8. */
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private RecipeFiles() {}

    /** {@code conf/lockstep-defaults.conf}, if there is one. */
    static void putDefaults(Configuration configuration) {
        if (!Distribution.isPresent()) {
            return;
        }
        Path defaults = Distribution.current().conf().resolve("lockstep-defaults.conf");
        if (Files.exists(defaults)) {
            configuration.putAll(read(defaults), defaults.toString(), Origin.SITE);
        }
    }

    static void putRecipe(Configuration configuration, String nameOrPath) {
        Path recipe = Distribution.isPresent() ? Distribution.current().recipe(nameOrPath) : Path.of(nameOrPath);
        configuration.putAll(read(recipe), recipe.toString(), Origin.RECIPE);
    }

    private static String read(Path file) {
        try {
            String text = Files.readString(file);
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (IOException e) {
            throw new UsageException("cannot read " + file + ": " + e, e);
        }
    }
}
