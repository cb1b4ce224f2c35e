package io.lockstep.runs.settings;

import io.lockstep.engine.operations.Norm.GroupNorm;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.training.settings.Parsers;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The setting {@code norm}, as {@link Hyperparameters#normGroups} has it. */
final class NormGroups {
    private static final Pattern GROUPS = Pattern.compile("group:([1-9]\\d{0,4})");

    private NormGroups() {}

    static Function<String, Integer> parser() {
        Function<String, String> word = Parsers.word("batch", "layer", "instance", "group:8");
        return text -> {
            Matcher groups = GROUPS.matcher(text);
            if (groups.matches()) {
                return Integer.parseInt(groups.group(1));
            }
            return switch (word.apply(text)) {
                case "layer" -> 1;
                case "instance" -> GroupNorm.CHANNELS;
                default -> Hyperparameters.BATCH_NORM;
            };
        };
    }
}
