package io.lockstep.training.settings;

import io.lockstep.datasets.NearestName;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Texts to values. Each parser throws {@link IllegalArgumentException} with what is allowed. */
public final class Parsers {
    private static final Pattern AMOUNT = Pattern.compile("(\\d+)\\s*([a-z]*)");
    private static final Map<String, Long> BYTE_UNITS =
            Map.of("", 1L, "b", 1L, "k", 1L << 10, "m", 1L << 20, "g", 1L << 30);
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "", 1000L, "s", 1000L, "m", 60_000L, "min", 60_000L, "h", 3_600_000L);

    private Parsers() {}

    public static Function<String, Long> integer(long least, long most) {
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

    public static Function<String, Integer> int32(int least, int most) {
        return integer(least, most).andThen(Math::toIntExact);
    }

    public static Function<String, Double> number(double least, double most) {
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

    public static Function<String, Boolean> bool() {
        return text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    public static Function<String, String> text() {
        return text -> text;
    }

    /** One of a few words, or the number of a step. */
    public static Function<String, String> wordOrStep(String... allowed) {
        Function<String, String> word = word(allowed);
        return text -> text.matches("\\d{1,18}") ? text : word.apply(text);
    }

    /** One of a few words; another is refused with the nearest. */
    public static Function<String, String> word(String... allowed) {
        List<String> words = List.of(allowed);
        return text -> {
            if (!words.contains(text)) {
                throw new IllegalArgumentException(NearestName.unknown("word", text, words));
            }
            return text;
        };
    }

    /** One of an enum's constants, in lower case. */
    public static <E extends Enum<E>> Function<String, E> constant(Class<E> type) {
        Function<String, String> word = word(Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new));
        return word.andThen(text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)));
    }

    /** {@code 4m}, {@code 256k}, {@code 1000}: bytes, with binary units. */
    public static Function<String, Integer> bytes(int least) {
        return text -> {
            long bytes = amount(text, BYTE_UNITS, "bytes like 256k or 4m");
            if (bytes < least || bytes > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("must be from " + least + " bytes to 2g");
            }
            return (int) bytes;
        };
    }

    /** {@code 30s}, {@code 500ms}, {@code 2m}. */
    public static Function<String, Duration> duration() {
        return duration(Duration.ofMillis(1));
    }

    public static Function<String, Duration> duration(Duration least) {
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
    public static Function<String, List<Double>> numbers() {
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
