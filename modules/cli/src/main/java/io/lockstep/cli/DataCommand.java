package io.lockstep.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.DataSurvey;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.NearestName;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.catalog.DataFormats;
import io.lockstep.datasets.catalog.DatasetDescription;
import io.lockstep.datasets.catalog.ShardedCopy;
import io.lockstep.datasets.fetch.DatasetFetcher;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.datasets.images.CifarFormat;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.images.ImageSource;
import io.lockstep.datasets.images.PictureGrid;
import io.lockstep.datasets.shards.ShardSet;
import io.lockstep.runs.folder.Json;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.runs.tables.Tables;
import io.lockstep.spark.HadoopStorage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "data",
        description = "Lists, fetches, describes and writes data sets.",
        subcommands = {
            DataCommand.ListSets.class,
            DataCommand.Fetch.class,
            DataCommand.Describe.class,
            DataCommand.Write.class
        })
final class DataCommand {
    private static final String CIFAR10 = "cifar10";
    private static final String SHARDS = "shards";

    static final class DataNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return DataCatalog.names().iterator();
        }
    }

    static final class PublishedNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return DataCatalog.names().stream()
                    .filter(name -> !DataCatalog.generated(name))
                    .iterator();
        }
    }

    @Command(name = "list", description = "Names of data sets, and whether they are here.")
    static final class ListSets implements Callable<Integer> {
        @Override
        public Integer call() throws IOException {
            DataCatalog catalog = catalog();
            for (String name : DataCatalog.names()) {
                String where = DataCatalog.generated(name)
                        ? "generated, needs no download"
                        : catalog.present(name)
                                ? "in " + dataHome()
                                : "not here: bin/lockstep data fetch " + DataCatalog.publishedName(name);
                System.out.println(Progress.format("%-18s %s", name, where));
            }
            System.out.println("or the path or URI of a folder or file: " + DataFormats.whatIsRead());
            System.out.println(
                    "or a table that Spark reads: parquet:PATH, orc:PATH, csv:PATH, json:PATH, avro:PATH, or the"
                            + " path of such files alone");
            return ExitStatus.DONE;
        }
    }

    @Command(
            name = "describe",
            description = "What a data set holds.",
            footer = {"", "Example:  bin/lockstep data describe /data/cifar-10-batches-bin"})
    static final class Describe implements Callable<Integer> {
        private static final int PICTURES_OF_A_CLASS = 10;
        /** From the first on: enough for some of each class, where the classes are mixed. */
        private static final int EXAMPLES_LOOKED_AT = 4096;

        @Parameters(
                paramLabel = "NAME|PATH|URI",
                completionCandidates = DataNames.class,
                description = "${COMPLETION-CANDIDATES}, or the path or URI of a folder or file.")
        private String data;

        @Option(names = "--json", paramLabel = "FILE", description = "Write the same as JSON.")
        private Path json;

        @Option(
                names = "--png",
                paramLabel = "FILE",
                description = "Of pictures: draw some of each class, side by side.")
        private Path png;

        @Option(
                names = "--set",
                paramLabel = "KEY=VALUE",
                description = "How it is read: a setting of pictures, texts or tables, such as image-size=64x64 or"
                        + " label-col=COLUMN; repeatable.")
        private List<String> assignments = new ArrayList<>();

        @Override
        public Integer call() throws IOException {
            DataSource source = opened();
            if (png != null && !(source instanceof ImageSource)) {
                throw new UsageException("--png is for pictures, and " + data + " has none");
            }
            DataSurvey survey = source.survey();
            DatasetDescription set = DatasetDescription.of(source, survey);
            if (catalog().hides(data)) {
                System.err.println("lockstep: this is the set of that name; for the folder " + data
                        + " that is here, say ./" + data);
            }
            PrintStream out = System.out;
            out.println(set.name() + " (" + set.format() + "): " + set.shape() + ", "
                    + set.classNames().size() + " classes");
            out.println(Progress.format("%,d training and %,d test examples", set.trainExamples(), set.testExamples()));
            out.println("columns "
                    + String.join(
                            ", ", source.fields().stream().map(Field::toString).toList()));
            survey.remarks().forEach(out::println);
            if (set.normalization() != null) {
                out.println("normalization " + set.normalization());
            }
            out.println(Progress.format("%-20s %10s %10s", "class", "training", "test"));
            for (int label = 0; label < set.classNames().size(); label++) {
                out.println(Progress.format(
                        "%-20s %,10d %,10d",
                        shown(set.classNames().get(label)),
                        set.trainClassCounts()[label],
                        set.testClassCounts()[label]));
            }
            if (json != null) {
                Files.writeString(json, Json.pretty(new Described(set, survey.remarks())));
            }
            if (!survey.readable()) {
                System.err.println("lockstep: " + data + " cannot be trained on as it is; see above");
                return ExitStatus.FAILED;
            }
            if (source instanceof ImageSource pictures && png != null) {
                int some = Math.min(EXAMPLES_LOOKED_AT, pictures.examples(Split.TRAIN));
                ImageDataset first = pictures.read(Split.TRAIN, ExampleRange.all(some));
                Files.write(png, PictureGrid.png(first, PICTURES_OF_A_CLASS));
                out.println("wrote " + png + ", a row of training pictures for each class, in this order");
            }
            return ExitStatus.DONE;
        }

        /** A table is read by a Spark of this process. */
        private DataSource opened() throws IOException {
            Configuration configuration = new Configuration();
            RecipeFiles.putDefaults(configuration);
            configuration.put(DataSettings.DATA.name(), data);
            assignments.forEach(configuration::put);
            SparkJobs.resolveData(configuration, storage());
            if (Tables.isUnread(configuration, storage())) {
                try (SparkSession spark = SparkSession.builder()
                        .master("local[*]")
                        .appName("lockstep data describe")
                        .config("spark.ui.enabled", "false")
                        .getOrCreate()) {
                    new Tables(configuration, storage()).read(spark);
                }
            }
            return SparkJobs.openData(configuration, storage());
        }
    }

    /** As JSON: the description's own fields, and the remarks beside them. */
    private record Described(@JsonUnwrapped DatasetDescription set, List<String> remarks) {}

    /** A character of a text may be a line's end. */
    private static String shown(String name) {
        return name.replace("\n", "\\n").replace("\t", "\\t");
    }

    @Command(
            name = "write",
            description = "Writes a data set in another form.",
            footer = {"", "Example:  bin/lockstep data write shapes /data/shapes --as shards"})
    static final class Write implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "NAME|PATH|URI", description = "What to write.")
        private String data;

        @Parameters(index = "1", paramLabel = "OUT", description = "A new folder.")
        private String out;

        @Option(
                names = "--as",
                paramLabel = "FORM",
                defaultValue = "cifar10",
                completionCandidates = Forms.class,
                description = "cifar10: CIFAR-10's binary files, for colour pictures of 32x32. shards: of any set, for"
                        + " those that are larger than memory.")
        private String form;

        @Override
        public Integer call() throws IOException {
            HadoopStorage storage = storage();
            if (storage.exists(out)) {
                throw new UsageException(out + " exists; name a new folder");
            }
            DataSource source = catalog().resolve(data);
            switch (form) {
                case SHARDS -> new ShardedCopy(storage, out, ShardSet.SHARD_BYTES).write(source);
                case CIFAR10 -> writeCifar10(storage, source);
                default -> throw new UsageException(NearestName.unknown("form", form, Forms.ALL));
            }
            System.out.println("wrote " + out);
            return ExitStatus.DONE;
        }

        private void writeCifar10(HadoopStorage storage, DataSource source) throws IOException {
            if (!(source instanceof ImageSource pictures)) {
                throw new UsageException(data + " is no set of pictures");
            }
            CifarFormat.write(storage, out, pictures.read(Split.TRAIN), pictures.read(Split.TEST));
        }
    }

    /** In which a set can be written. */
    static final class Forms implements Iterable<String> {
        private static final List<String> ALL = List.of(CIFAR10, SHARDS);

        @Override
        public Iterator<String> iterator() {
            return ALL.iterator();
        }
    }

    @Command(
            name = "fetch",
            description = "Downloads a published data set, resumes where it stopped, and verifies its checksum.",
            footer = {"", "Example:  bin/lockstep data fetch cifar10"})
    static final class Fetch implements Callable<Integer> {
        @Parameters(
                paramLabel = "NAME",
                completionCandidates = PublishedNames.class,
                description = "One of ${COMPLETION-CANDIDATES}.")
        private String name;

        @Override
        public Integer call() throws IOException {
            String published = DataCatalog.publishedName(name);
            if (!DatasetFetcher.names().contains(published)) {
                throw new UsageException(NearestName.unknown("data set", name, DatasetFetcher.names()));
            }
            Path folder = new DatasetFetcher(Path.of(dataHome())).fetch(published, new DownloadProgress());
            System.out.println("fetched " + folder + "; train on it with --data " + name);
            return ExitStatus.DONE;
        }
    }

    private static HadoopStorage storage() {
        return SparkJobs.storage(new SparkConf());
    }

    private static String dataHome() {
        Configuration configuration = new Configuration();
        RecipeFiles.putDefaults(configuration);
        return SparkJobs.dataHome(configuration);
    }

    private static DataCatalog catalog() {
        FormatOptions options =
                FormatOptions.DEFAULT.withThreads(Runtime.getRuntime().availableProcessors());
        return new DataCatalog(storage(), dataHome(), options);
    }
}
