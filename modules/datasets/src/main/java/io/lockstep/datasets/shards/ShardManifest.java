package io.lockstep.datasets.shards;

import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import java.io.Serializable;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a set of shards is. Two sets of the same examples in the same shards have the same content hash, wherever they lie.
 *
 * @param windowBytes of blocks whose examples are shuffled together, where the set is larger than two of them
 * @param content SHA-256 of all of it
 */
record ShardManifest(
        String name,
        List<ShardColumn> columns,
        List<String> classNames,
        long windowBytes,
        Map<Split, Part> parts,
        String content)
        implements Serializable {
    /** Of the file; it is written last. */
    static final String NAME = "shards.manifest";

    private static final int FORMAT = 1;

    /** @param labelCounts one a class */
    record Part(List<Shard> shards, List<Long> labelCounts, List<ColumnStatistics> statistics) implements Serializable {
        int examples() {
            return (int) shards.stream().mapToLong(Shard::examples).sum();
        }

        long bytes() {
            return shards.stream().mapToLong(Shard::bytes).sum();
        }
    }

    record Shard(int examples, long bytes, String sha256, int footerCrc) implements Serializable {}

    /** Of shards that have been written. */
    static ShardManifest of(ShardSet.Description described, Map<Split, List<ShardSummary>> shards) {
        Map<Split, Part> parts = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            parts.put(split, part(described, shards.getOrDefault(split, List.of())));
        }
        var open = new ShardManifest(
                described.name(), described.columns(), described.classNames(), described.windowBytes(), parts, "");
        return new ShardManifest(
                open.name,
                open.columns,
                open.classNames,
                open.windowBytes,
                parts,
                sha256(open.body().bytes()));
    }

    private static Part part(ShardSet.Description described, List<ShardSummary> summaries) {
        List<ColumnStatistics> statistics =
                described.columns().stream().map(ColumnStatistics::of).toList();
        long[] counts = new long[described.classNames().size()];
        long examples = 0;
        for (ShardSummary summary : summaries) {
            if (summary.labelCounts().size() > counts.length) {
                throw new IllegalArgumentException("an example has the label "
                        + (summary.labelCounts().size() - 1) + ", and " + described.name() + " has " + counts.length
                        + " classes");
            }
            for (int label = 0; label < summary.labelCounts().size(); label++) {
                counts[label] += summary.labelCounts().get(label);
            }
            for (int column = 0; column < statistics.size(); column++) {
                statistics.get(column).add(summary.statistics().get(column));
            }
            examples += summary.examples();
        }
        if (examples > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s has %,d examples, and %,d are the most of a training or test set: train on a part of it",
                    described.name(),
                    examples,
                    Integer.MAX_VALUE));
        }
        return new Part(
                summaries.stream()
                        .map(each -> new Shard(each.examples(), each.bytes(), each.sha256(), each.footerCrc()))
                        .toList(),
                Arrays.stream(counts).boxed().toList(),
                statistics);
    }

    byte[] bytes() {
        ShardText text = body();
        text.put("content", content);
        return text.bytes();
    }

    private ShardText body() {
        ShardText text = new ShardText("");
        text.put("format", FORMAT);
        text.put("name", name);
        text.putColumns(columns);
        text.put("classes", classNames.size());
        for (int i = 0; i < classNames.size(); i++) {
            text.put("class." + i, classNames.get(i));
        }
        text.put("window-bytes", windowBytes);
        parts.forEach((split, part) -> put(text, prefix(split), part));
        return text;
    }

    private static void put(ShardText text, String prefix, Part part) {
        text.put(prefix + "shards", part.shards.size());
        for (int i = 0; i < part.shards.size(); i++) {
            Shard shard = part.shards.get(i);
            text.put(
                    prefix + "shard." + i,
                    shard.examples + "," + shard.bytes + "," + shard.sha256 + ","
                            + Integer.toHexString(shard.footerCrc));
        }
        text.putLongs(prefix + "labels", part.labelCounts);
        text.putStatistics(prefix, part.statistics);
    }

    private static String prefix(Split split) {
        return folder(split) + ".";
    }

    /** {@code train} or {@code test}. */
    static String folder(Split split) {
        return split.name().toLowerCase(Locale.ROOT);
    }

    /** @throws MalformedDatasetException if it is not what {@link #bytes} has written, or only the beginning of it */
    static ShardManifest parse(byte[] bytes, String source) throws MalformedDatasetException {
        ShardText text = ShardText.parse(bytes, source);
        if (text.number("format") != FORMAT) {
            throw new MalformedDatasetException(source + " is of format " + text.number("format")
                    + ", and this version of Lockstep reads format " + FORMAT);
        }
        List<ShardColumn> columns = text.columns();
        List<String> classNames = new ArrayList<>();
        for (int i = 0; i < text.count("classes"); i++) {
            classNames.add(text.text("class." + i));
        }
        Map<Split, Part> parts = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            parts.put(split, part(text, prefix(split), columns));
        }
        var read = new ShardManifest(
                text.text("name"), columns, classNames, text.number("window-bytes"), parts, text.text("content"));
        if (!sha256(read.body().bytes()).equals(read.content)) {
            throw text.damaged("it was changed, or is not whole");
        }
        return read;
    }

    private static Part part(ShardText text, String prefix, List<ShardColumn> columns)
            throws MalformedDatasetException {
        List<Shard> shards = new ArrayList<>();
        for (int i = 0; i < text.count(prefix + "shards"); i++) {
            List<String> entry = text.parts(prefix + "shard." + i);
            try {
                shards.add(new Shard(
                        Integer.parseInt(entry.get(0)),
                        Long.parseLong(entry.get(1)),
                        entry.get(2),
                        Integer.parseUnsignedInt(entry.get(3), 16)));
            } catch (NumberFormatException | IndexOutOfBoundsException e) {
                throw text.damaged(prefix + "shard." + i + " is no shard");
            }
        }
        long examples = shards.stream().mapToLong(Shard::examples).sum();
        return new Part(shards, text.longs(prefix + "labels"), text.statistics(prefix, columns, examples));
    }

    /** Of a file or text, as hexadecimal digits. */
    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(newSha256().digest(bytes));
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
