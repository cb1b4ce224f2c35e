package io.lockstep.cli;

import io.lockstep.collectives.WireType;
import io.lockstep.datasets.NearestName;
import io.lockstep.engine.SequenceOperation.GroupNorm;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.training.strategies.BucketSize;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Texts to values; each says what it allows. */
final class Parsers {
    private static final Pattern GROUPS = Pattern.compile("group:([1-9]\\d{0,4})");
    private static final Pattern AMOUNT = Pattern.compile("(\\d+)\\s*([a-z]*)");
    private static final Map<String, Long> BYTE_UNITS =
            Map.of("", 1L, "b", 1L, "k", 1L << 10, "m", 1L << 20, "g", 1L << 30);
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "", 1000L, "s", 1000L, "m", 60_000L, "min", 60_000L, "h", 3_600_000L);

    private Parsers() {}

    static Function<String, Long> integer(long least, long most) {
        return text -> {
            long value;
            try {
                value = Long.parseLong(text.replace("_", ""));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("not a whole number", e);
            }
            if (value < least || value > most) {
                throw new IllegalArgumentException(
                        most == Long.MAX_VALUE ? "must be at least " + least : "must be from " + least + " to " + most);
            }
            return value;
        };
    }

    static Function<String, Integer> int32(int least, int most) {
        return integer(least, most).andThen(Math::toIntExact);
    }

    static Function<String, Double> number(double least, double most) {
        return text -> {
            double value;
            try {
                value = Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("not a number", e);
            }
            if (!(value >= least && value <= most)) {
                throw new IllegalArgumentException("must be from " + least + " to " + most);
            }
            return value;
        };
    }

    static Function<String, Boolean> bool() {
        return text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    static Function<String, String> text() {
        return text -> text;
    }

    /** As {@link Hyperparameters#normGroups}. */
    static Function<String, Integer> norm() {
        Function<String, String> word = word("batch", "layer", "instance", "group:8");
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

    /** One of a few words, or the number of a step. */
    static Function<String, String> wordOrStep(String... allowed) {
        Function<String, String> word = word(allowed);
        return text -> text.matches("\\d{1,18}") ? text : word.apply(text);
    }

    /** One of a few words; another is refused with the nearest. */
    static Function<String, String> word(String... allowed) {
        List<String> words = List.of(allowed);
        return text -> {
            if (!words.contains(text)) {
                throw new IllegalArgumentException(NearestName.unknown("word", text, words));
            }
            return text;
        };
    }

    /** {@code false}, {@code true} or {@code 10.1.0.0/16}. */
    static Function<String, String> falseTrueOrNetwork() {
        return text -> {
            if (!text.matches("false|true|\\d{1,3}(\\.\\d{1,3}){2}\\.0/\\d{1,2}")) {
                throw new IllegalArgumentException("must be false, true or a network like 10.1.0.0/16");
            }
            return text;
        };
    }

    /** {@code 4m}, {@code 256k}, {@code 1000}: bytes, with binary units. */
    static Function<String, Integer> bytes(int least) {
        return text -> {
            long bytes = amount(text, BYTE_UNITS, "bytes like 256k or 4m");
            if (bytes < least || bytes > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("must be from " + least + " bytes to 2g");
            }
            return (int) bytes;
        };
    }

    /** {@code auto}, {@code measured} or bytes. */
    static Function<String, BucketSize> bucketSize() {
        Function<String, Integer> bytes = bytes(1024);
        return text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "auto" -> BucketSize.BY_GRADIENT;
            case "measured" -> BucketSize.MEASURED;
            default -> BucketSize.ofBytes(bytes.apply(text));
        };
    }

    static Function<String, WireType> wireType() {
        return word("float32", "bfloat16", "float16").andThen(text -> WireType.valueOf(text.toUpperCase(Locale.ROOT)));
    }

    /** {@code 30s}, {@code 500ms}, {@code 2m}. */
    static Function<String, Duration> duration() {
        return duration(Duration.ofMillis(1));
    }

    static Function<String, Duration> duration(Duration least) {
        return text -> {
            Duration duration = Duration.ofMillis(amount(text, MILLIS, "a time like 500ms, 30s or 2m"));
            if (duration.compareTo(least) < 0) {
                throw new IllegalArgumentException("must be at least "
                        + (least.toMillis() < 1000 ? least.toMillis() + "ms" : least.toSeconds() + "s"));
            }
            return duration;
        };
    }

    /** {@code 80, 120}; empty for none. */
    static Function<String, List<Double>> numbers() {
        Function<String, Double> each = number(0, Double.MAX_VALUE);
        return text -> text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(",")).map(String::trim).map(each).collect(Collectors.toList());
    }

    private static long amount(String text, Map<String, Long> units, String what) {
        Matcher matcher = AMOUNT.matcher(text.toLowerCase(Locale.ROOT));
        Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("not " + what);
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("too large", e);
        }
    }
}
