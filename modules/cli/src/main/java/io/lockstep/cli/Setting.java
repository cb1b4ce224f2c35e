package io.lockstep.cli;

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
record Setting<T>(String name, String defaultText, String meaning, Function<String, T> parser, Heeded heeded) {
    static final String PREFIX = "spark.lockstep.";

    /** The name of the Spark property. */
    String key() {
        return PREFIX + name;
    }

    /** @throws UsageException naming the setting, the text and what is allowed */
    T parse(String text) {
        try {
            return parser.apply(text.trim());
        } catch (IllegalArgumentException e) {
            throw new UsageException(name + " = " + text + ": " + e.getMessage());
        }
    }
}
