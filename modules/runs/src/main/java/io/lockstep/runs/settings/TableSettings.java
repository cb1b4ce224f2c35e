package io.lockstep.runs.settings;

import io.lockstep.datasets.CacheOptions;
import io.lockstep.training.settings.Parsers;

/** How tables become examples, and where sets that are larger than memory are kept. */
public final class TableSettings {
    static final SettingGroup GROUP = new SettingGroup("Tables, and data that is larger than memory");

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
}
