package io.lockstep.runs.tables;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.shards.ShardSet;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.PictureSettings;
import io.lockstep.runs.settings.TableSettings;
import io.lockstep.spark.HadoopStorage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.sql.SparkSession;

/**
 * Tables as a run's data. They are read once, by a Spark job, and kept as shards:
 *
 * <pre>
 *   SHARDS-DIR/KEY/ATTEMPT/   KEY is a hash of the table's files (names, lengths, times) and of the settings that read it
 * </pre>
 *
 * <p>so that the next run on the same table, or one that goes on, finds them. An attempt that did not come to its end has no
 * manifest, and is none.
 */
public final class Tables {
    /** Of a hash, in hexadecimal digits: enough to tell tables apart. */
    private static final int KEY_LETTERS = 32;

    private final Configuration configuration;
    private final HadoopStorage storage;

    /** @param configuration its paths are absolute ({@link #resolve}) */
    public Tables(Configuration configuration, HadoopStorage storage) {
        this.configuration = configuration;
        this.storage = storage;
    }

    /**
     * Makes the paths of a table absolute, and says its format.
     *
     * @return whether the data is a table
     */
    public static boolean resolve(Configuration configuration, HadoopStorage storage) throws IOException {
        Optional<TableSource> found = TableSource.find(configuration.get(DataSettings.DATA), storage);
        if (found.isEmpty()) {
            return false;
        }
        TableSource table = found.get();
        configuration.derive(
                DataSettings.DATA, new TableSource(table.format(), storage.qualify(table.path())).toString());
        String test = configuration.get(TableSettings.TEST_DATA);
        if (!test.isEmpty()) {
            TableSource of = TableSource.named(test).orElse(new TableSource(table.format(), test));
            configuration.derive(
                    TableSettings.TEST_DATA, new TableSource(of.format(), storage.qualify(of.path())).toString());
        }
        return true;
    }

    /** Whether the data is a table, by its word: {@link #resolve} has written it so. */
    public static boolean isNamed(Configuration configuration) {
        return TableSource.named(configuration.get(DataSettings.DATA)).isPresent();
    }

    TableSource table() {
        return TableSource.named(configuration.get(DataSettings.DATA)).orElseThrow();
    }

    /** Whether the data is a table that a job must read before anything is known of it; makes its path absolute. */
    public static boolean isUnread(Configuration configuration, HadoopStorage storage) throws IOException {
        return resolve(configuration, storage)
                && new Tables(configuration, storage).shards().isEmpty();
    }

    /** @throws DatasetNotFoundException if it has not been read yet */
    public DataSource open() throws IOException {
        Optional<String> shards = shards();
        if (shards.isEmpty()) {
            throw new DatasetNotFoundException(table() + " is not in " + folder()
                    + " yet: a run on it (train), or bin/lockstep data describe, reads it first");
        }
        return ShardSet.open(storage, shards.get(), TableSettings.cache(configuration));
    }

    /**
     * Reads the table by a job, unless it was read before.
     *
     * @throws io.lockstep.runs.settings.UsageException if no examples can be made of it, naming the column, the row or the file
     */
    public void read(SparkSession spark) throws IOException {
        if (shards().isPresent()) {
            return;
        }
        String attempt = Storage.join(folder(), UUID.randomUUID().toString().substring(0, 8));
        boolean done = false;
        try {
            new TableReader(spark, configuration, storage).write(table(), attempt);
            done = true;
        } finally {
            if (!done) {
                storage.delete(attempt);
            }
        }
    }

    private Optional<String> shards() throws IOException {
        try {
            for (Storage.Entry attempt : storage.list(folder())) {
                String path = Storage.join(folder(), attempt.name());
                if (ShardSet.isIn(storage, path)) {
                    return Optional.of(path);
                }
            }
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private String folder() throws IOException {
        String dir = configuration.get(TableSettings.SHARDS_DIR);
        String runDir = configuration.get(FolderSettings.RUN_DIR);
        String all = dir.isEmpty()
                ? Storage.join(storage.home(runDir.isEmpty() ? "." : runDir), ".lockstep/shards")
                : storage.qualify(dir);
        return Storage.join(all, key());
    }

    private String key() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(table().toString());
        lines.addAll(stamps(table().path()));
        String test = configuration.get(TableSettings.TEST_DATA);
        if (!test.isEmpty()) {
            lines.addAll(stamps(TableSource.named(test).orElseThrow().path()));
        }
        for (var setting : List.of(
                TableSettings.FEATURES_COLS,
                TableSettings.LABEL_COL,
                TableSettings.LABEL_TYPE,
                TableSettings.WEIGHT_COL,
                TableSettings.TEST_DATA,
                TableSettings.TABLE_OPTIONS,
                PictureSettings.TEST_SHARE,
                PictureSettings.TEST_SEED)) {
            lines.add(setting.name() + "=" + configuration.get(setting));
        }
        return HexFormat.of().formatHex(sha256(String.join("\n", lines))).substring(0, KEY_LETTERS);
    }

    private List<String> stamps(String path) throws IOException {
        List<String> stamps = storage.stamps(path);
        if (stamps.isEmpty()) {
            throw new DatasetNotFoundException(
                    path + " holds no files, or none whose name begins with neither . nor _: there is no table");
        }
        return stamps;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
