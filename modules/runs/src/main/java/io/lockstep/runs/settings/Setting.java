package io.lockstep.runs.settings;

import java.util.function.Function;

/**
 * One setting: {@code learning-rate}, which is {@code spark.lockstep.learning-rate} to Spark.
 *
 * @param name without the prefix
 * @param defaultText as one would write it
 * @param meaning one sentence, with the unit; the template in {@code conf/} says the same
 * @param parser throws {@link IllegalArgumentException} with what is allowed
 * @param heeded by which runs
 */
public record Setting<T>(String name, String defaultText, String meaning, Function<String, T> parser, Heeded heeded) {
    public static final String PREFIX = "spark.lockstep.";

    /** The name of the Spark property. */
    public String key() {
        return PREFIX + name;
    }

    /** @throws UsageException naming the setting, the text and what is allowed */
    public T parse(String text) {
        try {
            return parser.apply(text.trim());
        } catch (IllegalArgumentException e) {
            throw new UsageException(name + " = " + text + ": " + e.getMessage());
        }
    }
}
