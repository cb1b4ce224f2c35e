package io.lockstep.datasets.shards;

import io.lockstep.datasets.Field;
import io.lockstep.datasets.MalformedDatasetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Lines of {@code key=value} in UTF-8, in which the footer of a shard and the manifest of a set say what they have to say. A
 * line's end within a value is written {@code \n}, and a backslash twice.
 */
final class ShardText {
    private static final Pattern COLUMN = Pattern.compile("(float32|int32|uint8) \\(([0-9,]*)\\) (.+)", Pattern.DOTALL);
    private static final String[] FIGURES = {"sums", "squares", "least", "greatest"};

    private final String source;
    private final Map<String, String> values = new LinkedHashMap<>();

    /** @param source for messages */
    ShardText(String source) {
        this.source = source;
    }

    static ShardText parse(byte[] bytes, String source) throws MalformedDatasetException {
        ShardText text = new ShardText(source);
        for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                text.values.put(line.substring(0, equals), unescaped(line.substring(equals + 1)));
            } else if (!line.isEmpty()) {
                throw text.damaged("the line '" + line + "' has no =");
            }
        }
        return text;
    }

    byte[] bytes() {
        StringBuilder lines = new StringBuilder();
        values.forEach((key, value) -> lines.append(key)
                .append('=')
                .append(value.replace("\\", "\\\\").replace("\n", "\\n"))
                .append('\n'));
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String unescaped(String value) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char letter = value.charAt(i);
            if (letter == '\\' && i + 1 < value.length()) {
                i++;
                letter = value.charAt(i) == 'n' ? '\n' : value.charAt(i);
            }
            plain.append(letter);
        }
        return plain.toString();
    }

    void put(String key, Object value) {
        values.put(key, String.valueOf(value));
    }

    String text(String key) throws MalformedDatasetException {
        String value = values.get(key);
        if (value == null) {
            throw damaged("it lacks " + key);
        }
        return value;
    }

    long number(String key) throws MalformedDatasetException {
        try {
            return Long.parseLong(text(key));
        } catch (NumberFormatException e) {
            throw damaged(key + " is no number");
        }
    }

    /** A number that counts something there is memory for. */
    int count(String key) throws MalformedDatasetException {
        long value = number(key);
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw damaged(key + " is " + value);
        }
        return (int) value;
    }

    void putLongs(String key, List<Long> numbers) {
        put(key, numbers.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    List<Long> longs(String key) throws MalformedDatasetException {
        try {
            return parts(key).stream().map(Long::parseLong).toList();
        } catch (NumberFormatException e) {
            throw damaged(key + " holds what is no number");
        }
    }

    List<String> parts(String key) throws MalformedDatasetException {
        String value = text(key);
        return value.isEmpty() ? List.of() : Arrays.asList(value.split(","));
    }

    void putColumns(List<ShardColumn> columns) {
        put("columns", columns.size());
        for (int i = 0; i < columns.size(); i++) {
            ShardColumn column = columns.get(i);
            String shape = column.field().shape().stream().map(String::valueOf).collect(Collectors.joining(","));
            put("column." + i, column.stored().name().toLowerCase(Locale.ROOT) + " (" + shape + ") " + column.name());
        }
    }

    List<ShardColumn> columns() throws MalformedDatasetException {
        List<ShardColumn> columns = new ArrayList<>();
        for (int i = 0; i < count("columns"); i++) {
            Matcher matcher = COLUMN.matcher(text("column." + i));
            if (!matcher.matches()) {
                throw damaged("column." + i + " is no column");
            }
            columns.add(column(matcher));
        }
        return columns;
    }

    private ShardColumn column(Matcher matcher) throws MalformedDatasetException {
        var stored = ShardColumn.Stored.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
        var type = stored == ShardColumn.Stored.INT32 ? Field.Type.INT32 : Field.Type.FLOAT32;
        try {
            List<Integer> shape = matcher.group(2).isEmpty()
                    ? List.of()
                    : Arrays.stream(matcher.group(2).split(","))
                            .map(Integer::valueOf)
                            .toList();
            return new ShardColumn(new Field(matcher.group(3), type, shape), stored);
        } catch (IllegalArgumentException e) {
            throw damaged(e.getMessage());
        }
    }

    /** @param prefix of keys, so that a text may hold those of several shards */
    void putStatistics(String prefix, List<ColumnStatistics> statistics) {
        for (int column = 0; column < statistics.size(); column++) {
            double[][] figures = statistics.get(column).figures();
            for (int i = 0; i < FIGURES.length; i++) {
                put(
                        prefix + "column." + column + "." + FIGURES[i],
                        Arrays.stream(figures[i]).mapToObj(Double::toString).collect(Collectors.joining(",")));
            }
        }
    }

    List<ColumnStatistics> statistics(String prefix, List<ShardColumn> columns, long examples)
            throws MalformedDatasetException {
        List<ColumnStatistics> statistics = new ArrayList<>();
        for (int column = 0; column < columns.size(); column++) {
            int expected = ColumnStatistics.of(columns.get(column)).parts();
            List<double[]> figures = new ArrayList<>();
            for (String name : FIGURES) {
                figures.add(doubles(prefix + "column." + column + "." + name, expected));
            }
            statistics.add(ColumnStatistics.of(columns.get(column), examples, figures));
        }
        return statistics;
    }

    private double[] doubles(String key, int expected) throws MalformedDatasetException {
        try {
            double[] numbers =
                    parts(key).stream().mapToDouble(Double::parseDouble).toArray();
            if (numbers.length != expected) {
                throw damaged(key + " has " + numbers.length + " numbers, not " + expected);
            }
            return numbers;
        } catch (NumberFormatException e) {
            throw damaged(key + " holds what is no number");
        }
    }

    MalformedDatasetException damaged(String why) {
        return new MalformedDatasetException(source + " is damaged: " + why);
    }
}
