package io.lockstep.runs.settings;

import io.lockstep.datasets.CacheOptions;
import io.lockstep.training.settings.Parsers;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** How tables become examples, and where sets that are larger than memory are kept. */
public final class TableSettings {
    /** Words of Spark's for how a table is stored; before a colon and the table's path they are data. */
    public static final List<String> FORMATS = List.of("parquet", "orc", "avro", "csv", "json");

    /** How data is called that is a table: {@code parquet:PATH}, in two groups. */
    public static final Pattern NAMED = Pattern.compile("(" + String.join("|", FORMATS) + "):(.+)", Pattern.DOTALL);

    static final SettingGroup GROUP = new SettingGroup("Tables, and data that is larger than memory");

    public static final Setting<List<String>> FEATURES_COLS = GROUP.add(
            "features-cols",
            "",
            "The columns of a table that the network reads, separated by commas: numbers, vectors, arrays of numbers, or "
                    + "one column of pictures. Empty: all but label-col and weight-col.",
            TableSettings::names,
            Heeded.where(Rules.tables()));
    public static final Setting<String> LABEL_COL = GROUP.add(
            "label-col",
            "label",
            "The column of a table that the network learns to predict. Of strings, the classes are their values, sorted.",
            Parsers.text(),
            Heeded.where(Rules.tables()));
    public static final Setting<String> LABEL_TYPE = GROUP.add(
            "label-type",
            "auto",
            "What label-col says. classes: the class of each example, a string or a whole number from 0. numbers: what "
                    + "a regression predicts. auto: classes if the column has strings, booleans, or whole numbers from 0 to "
                    + "999, and numbers otherwise.",
            Parsers.word("auto", "classes", "numbers"),
            Heeded.where(Rules.tables()));
    public static final Setting<String> WEIGHT_COL = GROUP.add(
            "weight-col",
            "",
            "The column of a table that says how much an example counts in the loss. Empty: all count the same.",
            Parsers.text(),
            Heeded.where(Rules.tables()));
    public static final Setting<String> TEST_DATA = GROUP.add(
            "test-data",
            "",
            "The path or URI of a table of the same columns to test on. Empty: the share test-share of the rows, chosen "
                    + "by what is in them and test-seed, so that the same rows are chosen again; or the folder test beside "
                    + "the folder train, where data holds both.",
            Parsers.text(),
            Heeded.where(Rules.tables()));
    public static final Setting<Map<String, String>> TABLE_OPTIONS = GROUP.add(
            "table-options",
            "",
            "Options of Spark's reader of the table, as OPTION=VALUE, separated by commas: header=false, delimiter=; and "
                    + "so on. A csv table has a header and its types are inferred, unless they say otherwise.",
            TableSettings::options,
            Heeded.where(Rules.tables()));
    public static final Setting<String> SHARDS_DIR = GROUP.add(
            "shards-dir",
            "",
            "The folder in which tables are kept as shards once they have been read, for all runs on the same table. All "
                    + "hosts must reach it. Empty: .lockstep/shards in your home folder on the file system of the run "
                    + "folder.",
            Parsers.text(),
            Heeded.where(Rules.tables()));
    static final Setting<String> CACHE_DIR = GROUP.add(
            "cache-dir",
            "",
            "The folder in which each executor's host keeps copies of shards that lie on a cluster's storage, such as "
                    + "HDFS. Shards on a disk are read where they are. Empty: lockstep-cache-USER in the temporary folder "
                    + "of the executor's JVM, which some clusters empty at the end of an application.",
            Parsers.text(),
            Heeded.where(Rules.shards()));
    static final Setting<Integer> CACHE_LIMIT_MB = GROUP.add(
            "cache-limit-mb",
            "0",
            "The most that the copies in cache-dir may take, in MiB. Sets that nobody reads go first, the one that was "
                    + "used the longest ago before the others. 0: half of what the disk has for them.",
            Parsers.int32(0, Integer.MAX_VALUE),
            Heeded.where(Rules.shards()));

    private TableSettings() {}

    public static CacheOptions cache(Configuration configuration) {
        return new CacheOptions(configuration.get(CACHE_DIR), (long) configuration.get(CACHE_LIMIT_MB) << 20);
    }

    static boolean isTable(String data) {
        return NAMED.matcher(data).matches();
    }

    private static List<String> names(String text) {
        return Arrays.stream(text.split(","))
                .map(String::trim)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static Map<String, String> options(String text) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String each : names(text)) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("'" + each + "' is not OPTION=VALUE");
            }
            options.put(each.substring(0, equals).trim(), each.substring(equals + 1));
        }
        return options;
    }
}
