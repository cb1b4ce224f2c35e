package io.lockstep.runs.spark;

import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.runs.build.SparkVersion;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.PictureSettings;
import io.lockstep.runs.settings.RankSettings;
import io.lockstep.runs.settings.RunSettings;
import io.lockstep.runs.settings.TableSettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.tables.Tables;
import io.lockstep.spark.Gpus;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.spark.Slots;
import io.lockstep.training.run.RunOptions.DataOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;

/** What train and evaluate have in common: from settings to Spark. */
public final class SparkJobs {
    private SparkJobs() {}

    public static HadoopStorage storage(SparkConf conf) {
        return new HadoopStorage(SparkHadoopUtil.get().newConfiguration(conf));
    }

    /** Executors have another working folder, so what is relative here is made absolute. */
    public static void resolveData(Configuration configuration, HadoopStorage storage) throws IOException {
        if (Tables.resolve(configuration, storage)) {
            return;
        }
        String data = configuration.get(DataSettings.DATA);
        boolean named = DataCatalog.names().contains(data);
        if (!named && (DataCatalog.isPath(data) || storage.exists(data))) {
            configuration.derive(DataSettings.DATA, storage.qualify(data));
        }
        if (named && !DataCatalog.generated(data)) {
            configuration.put(
                    DataSettings.DATA_HOME.name(),
                    storage.qualify(dataHome(configuration)),
                    configuration.origin(DataSettings.DATA_HOME));
        }
    }

    /** Where {@code data fetch} puts data sets. */
    public static String dataHome(Configuration configuration) {
        String home = configuration.get(DataSettings.DATA_HOME);
        return home.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".lockstep", "data").toString()
                : home;
    }

    public static DataOptions data(Configuration configuration) {
        return data(configuration, null);
    }

    /** @param own a program's own; null: the data that the settings name */
    public static DataOptions data(Configuration configuration, DataSource own) {
        return new DataOptions(
                configuration.get(DataSettings.DATA),
                configuration.get(DataSettings.DATA_HOME),
                configuration.get(DataSettings.TRAIN_EXAMPLES),
                configuration.get(DataSettings.TEST_EXAMPLES),
                formats(configuration),
                own);
    }

    /** How files become examples, read on one thread. */
    private static FormatOptions formats(Configuration configuration) {
        return FormatOptions.DEFAULT
                .withTexts(texts(configuration))
                .withPictures(PictureSettings.options(configuration))
                .withCache(TableSettings.cache(configuration))
                .skippingUnreadable(configuration.get(DataSettings.UNREADABLE).equals("skip"));
    }

    private static TextOptions texts(Configuration configuration) {
        String text = configuration.get(DataSettings.TEXT);
        boolean masked = text.equals("masked") || text.equals("auto") && Networks.readsMaskedText(configuration);
        return new TextOptions(configuration.get(DataSettings.SEQUENCE_LENGTH), masked);
    }

    /** The data that a configuration names; {@link #resolveData} has made its paths absolute. */
    public static DataSource openData(Configuration configuration, HadoopStorage storage) throws IOException {
        if (Tables.isNamed(configuration)) {
            return new Tables(configuration, storage).open();
        }
        FormatOptions formats =
                formats(configuration).withThreads(Runtime.getRuntime().availableProcessors());
        return new DataCatalog(storage, configuration.get(DataSettings.DATA_HOME), formats)
                .resolve(configuration.get(DataSettings.DATA));
    }

    /** A line for a person who may have meant the folder of that name, if there is one here. */
    public static Optional<String> hiddenFolder(Configuration configuration, HadoopStorage storage) throws IOException {
        String data = configuration.get(DataSettings.DATA);
        return new DataCatalog(storage, configuration.get(DataSettings.DATA_HOME)).hides(data)
                ? Optional.of("data = " + data + " is the set of that name, not the folder " + data
                        + " that is here, which would be --data ./" + data)
                : Optional.empty();
    }

    /**
     * What of a run's data travels to the executors: a program's own, and a table, which they know by its shards.
     *
     * @param own null: the data that the settings name
     * @param opened the same data, as the driver has it
     */
    public static DataSource travelling(Configuration configuration, DataSource own, DataSource opened) {
        return own == null && Tables.isNamed(configuration) ? opened : own;
    }

    /** What can be known before an executor starts. */
    public static void check(RunSettings settings, SparkConf conf) {
        RankSettings ranks = settings.ranks();
        for (String demand : List.of("spark.network.crypto.enabled", "spark.ssl.enabled", "spark.ssl.rpc.enabled")) {
            if (conf.getBoolean(demand, false) && ranks.security() == Security.OFF) {
                throw new UsageException(demand + " is true, but security = off would send gradients between hosts in"
                        + " clear; take security = auto");
            }
        }
        try {
            Gpus.check(conf, settings.runtime().onGpus());
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
        SparkVersion.requireOfMaster(conf);
        if (conf.get("spark.master").startsWith("local-cluster")) {
            TemporarySparkHome.requireWork();
        }
        Slots.requireInUrl(conf.get("spark.master"), conf.getInt("spark.task.cpus", 1), ranks.fewestWorkers());
        if (conf.get("spark.master").startsWith("local")) {
            requireRoomForAllRanks(ranks);
        }
    }

    /** All ranks will be on this host. */
    private static void requireRoomForAllRanks(RankSettings ranks) {
        try {
            ProcessGroups.requireRoom(ranks.groups().routes(), ranks.workers(), ranks.workers());
        } catch (IllegalStateException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }
}
