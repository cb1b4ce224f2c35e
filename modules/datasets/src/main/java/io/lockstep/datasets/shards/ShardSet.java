package io.lockstep.datasets.shards;

import io.lockstep.datasets.CacheOptions;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A folder of shards:
 *
 * <pre>
 *   train/00000.shard ...   test/00000.shard ...   any number of either, each below 2 GiB
 *   shards.manifest         written last: a folder without it is no set
 * </pre>
 */
public final class ShardSet {
    /** Whoever writes a set begins another shard when one has so many bytes. */
    public static final long SHARD_BYTES = 256L << 20;
    /** Of examples that are shuffled together. */
    public static final long WINDOW_BYTES = 128L << 20;

    private ShardSet() {}

    /**
     * What the shards do not say themselves.
     *
     * @param name for people
     * @param columns of every shard; where one is pictures, it is the first, and the second is the classes that they show
     * @param classNames one a class, in the order of the labels; none where labels are no classes
     * @param windowBytes of blocks whose examples are shuffled together, where the set is larger than two of them
     */
    public record Description(String name, List<ShardColumn> columns, List<String> classNames, long windowBytes) {
        public Description {
            columns = List.copyOf(columns);
            classNames = List.copyOf(classNames);
            if (new HashSet<>(classNames).size() < classNames.size()) {
                throw new IllegalArgumentException(name + " has two classes of one name");
            }
            if (columns.isEmpty() || windowBytes < 1) {
                throw new IllegalArgumentException(columns.size() + " columns, windows of " + windowBytes + " bytes");
            }
            if (columns.stream().anyMatch(ShardColumn::isPicture)
                    && !(columns.size() > 1
                            && columns.get(0).isPicture()
                            && columns.get(1).isClass())) {
                throw new IllegalArgumentException(
                        "the first two of " + columns + " are not pictures and one class of each");
            }
        }

        /** With windows of the usual size. */
        public Description(String name, List<ShardColumn> columns, List<String> classNames) {
            this(name, columns, classNames, WINDOW_BYTES);
        }
    }

    /** Where a shard of a set lies; both parts count from 0. */
    public static String shard(String folder, Split split, int index) {
        return Storage.join(folder, shard(split, index));
    }

    /** The same within its folder. */
    static String shard(Split split, int index) {
        return ShardManifest.folder(split) + "/" + fileName(index);
    }

    static String fileName(int index) {
        return String.format(Locale.ROOT, "%05d.shard", index);
    }

    /**
     * Makes shards that have been written a set.
     *
     * @param shards what their writers returned, in the order of the shards' numbers
     * @return the set's content hash
     * @throws IllegalArgumentException if labels are beyond the classes, or there are too many examples
     */
    public static String commit(
            Storage storage, String folder, Description described, Map<Split, List<ShardSummary>> shards)
            throws IOException {
        ShardManifest manifest = ShardManifest.of(described, shards);
        try (OutputStream out = storage.create(Storage.join(folder, ShardManifest.NAME))) {
            out.write(manifest.bytes());
        }
        return manifest.content();
    }

    /** Whether a folder holds a set. */
    public static boolean isIn(Storage storage, String folder) throws IOException {
        return storage.exists(Storage.join(folder, ShardManifest.NAME));
    }

    /**
     * Opens a set; its shards are there and of the right length.
     *
     * @param cache where shards go that are not on the local disk
     */
    public static DataSource open(Storage storage, String folder, CacheOptions cache) throws IOException {
        String path = Storage.join(folder, ShardManifest.NAME);
        ShardManifest manifest;
        try (InputStream in = storage.open(path)) {
            manifest = ShardManifest.parse(in.readAllBytes(), path);
        }
        return ShardedSource.open(storage, folder, manifest, cache);
    }
}
