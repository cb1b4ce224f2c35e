package io.lockstep.cli;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.pictures.Background;
import io.lockstep.runs.folder.CommittedFile;
import io.lockstep.runs.folder.Json;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.runs.trained.TrainedRun;
import io.lockstep.training.Replica;
import io.lockstep.training.checkpoint.Checkpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "predict",
        description = {
            "Writes what a run's newest checkpoint takes pictures for, as CSV (id,label), in this process, without Spark.",
            "Kaggle's CIFAR-10 wants this file, of its folder of test pictures.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  bin/lockstep predict runs/mine",
            "  bin/lockstep predict runs/mine --images kaggle/test --out submission.csv"
        },
        sortOptions = false)
final class PredictCommand implements Callable<Integer> {
    private static final int BATCH = 100;
    /** Pictures of a folder that are in memory at once. */
    private static final int CHUNK = 5_000;

    @Parameters(paramLabel = "RUN_DIR", description = "The folder of a classifier's run.")
    private String runDir;

    @Option(
            names = "--images",
            paramLabel = "FOLDER",
            description = "PNG or JPEG files, of the size that the network was trained on; a file's name is its id."
                    + " What begins with . or _ is left out. Default: the test set, ids from 1.")
    private Path images;

    @Option(
            names = "--background",
            paramLabel = "COLOUR",
            converter = BackgroundConverter.class,
            description = "What is behind transparent pixels of --images: black or white."
                    + " Without it, a picture that has some is refused.")
    private Background background;

    @Option(
            names = "--data",
            paramLabel = "NAME|PATH|URI",
            description = "Other data than the run's, of which to take the test set.")
    private String data;

    @Option(names = "--out", paramLabel = "FILE", description = "Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("predictions.csv");

    @Mixin
    private CheckpointOption checkpoint;

    @Option(names = "--json", paramLabel = "FILE", description = "Write what was done as JSON.")
    private Path json;

    /** @param correct share of right labels; null where there are none to compare with */
    private record Result(String model, long checkpointStep, int predictions, Double correct, String file) {}

    static final class BackgroundConverter implements ITypeConverter<Background> {
        @Override
        public Background convert(String word) {
            return switch (word) {
                case "black" -> Background.BLACK;
                case "white" -> Background.WHITE;
                default -> throw new TypeConversionException("'" + word + "' is neither black nor white");
            };
        }
    }

    /** What is to be labelled next. */
    private record Chunk(Dataset pictures, List<String> ids) {}

    @Override
    public Integer call() throws IOException {
        if (images != null && data != null) {
            throw new UsageException("--images has pictures of its own: leave --data away");
        }
        if (images == null && background != null) {
            throw new UsageException("--background is for --images");
        }
        Configuration configuration = RunFolder.configuration(runDir);
        checkpoint.putInto(configuration);
        TrainedRun run = TrainedRun.open(runDir, configuration, SparkJobs.storage(new SparkConf()));
        if (run.isGame() || !run.source().hasPictures()) {
            throw new UsageException(runDir + " has no classifier of pictures, but " + run.model() + " on "
                    + run.configuration().get(DataSettings.DATA));
        }
        List<String> names = run.source().classNames();
        Pictures pictures = images == null ? testSet(run) : folder(run, names);
        Checkpoint chosen = run.checkpoint();
        int threads = Runtime.getRuntime().availableProcessors();
        int[] counts = new int[2];
        try (var file = CommittedFile.at(out);
                Replica replica = run.load(chosen, BATCH, threads)) {
            LoaderOptions loading =
                    LoaderOptions.of(replica.normalization(run.normalization())).withLayout(replica.featureLayout());
            var csv = new PrintStream(file.out(), false, StandardCharsets.UTF_8);
            csv.println("id,label");
            for (int start = 0; start < pictures.size(); start += CHUNK) {
                int end = Math.min(start + CHUNK, pictures.size());
                label(replica, pictures.read(start, end), loading, names, csv, counts);
            }
            if (csv.checkError()) {
                throw new IOException("cannot write all of " + out + "; is the disk full?");
            }
            file.commit(); // nothing is left of a file that a broken picture has ended
        }
        conclude(run, chosen.state().step(), counts);
        return ExitStatus.DONE;
    }

    /** What is to be labelled, part by part. */
    private interface Pictures {
        int size();

        Chunk read(int start, int end) throws IOException;
    }

    private Pictures folder(TrainedRun run, List<String> names) throws IOException {
        ImageFolder folder = ImageFolder.of(images);
        if (!folder.others().isEmpty()) {
            System.err.println(Progress.format(
                    "lockstep: left out, as they are no .png or .jpg files: %,d of %s, %s first",
                    folder.others().size(), images, folder.others().get(0).getFileName()));
        }
        ImageShape shape = run.source().shape();
        Background behind = background == null ? Background.UNKNOWN : background;
        return new Pictures() {
            @Override
            public int size() {
                return folder.size();
            }

            @Override
            public Chunk read(int start, int end) throws IOException {
                return new Chunk(
                        folder.read(start, end, shape, behind, names),
                        folder.ids().subList(start, end));
            }
        };
    }

    private Pictures testSet(TrainedRun run) throws IOException {
        DataSource source = data == null ? run.source() : run.other(data);
        int size = source.examples(Split.TEST);
        if (size == 0) {
            throw new UsageException(source.name() + " has no test examples; name other data (--data), or pictures of a"
                    + " folder (--images)");
        }
        return new Pictures() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public Chunk read(int start, int end) throws IOException {
                List<String> ids = IntStream.range(start, end)
                        .mapToObj(i -> Integer.toString(i + 1))
                        .toList();
                return new Chunk(source.drawn(Split.TEST, new ExampleRange(start, end)), ids);
            }
        };
    }

    private static void label(
            Replica replica, Chunk chunk, LoaderOptions loading, List<String> names, PrintStream csv, int[] counts) {
        int[] predictions = new int[BATCH];
        int at = 0;
        try (BatchLoader batches = BatchLoader.evaluation(chunk.pictures(), BATCH, loading)) {
            while (batches.hasNext()) {
                Batch batch = batches.next();
                counts[1] += replica.evaluate(batch, predictions).correct();
                for (int i = 0; i < batch.size(); i++) {
                    csv.println(field(chunk.ids().get(at++)) + "," + field(names.get(predictions[i])));
                }
            }
        }
        counts[0] += at;
    }

    /** Quoted where its characters mean something in CSV (RFC 4180, section 2). */
    private static String field(String value) {
        boolean plain = value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? value : '"' + value.replace("\"", "\"\"") + '"';
    }

    private void conclude(TrainedRun run, long step, int[] counts) throws IOException {
        Double correct = images == null ? Double.valueOf((double) counts[1] / counts[0]) : null;
        System.out.println(Progress.format(
                "%s: %,d labels by %s after %,d steps%s",
                out,
                counts[0],
                run.model(),
                step,
                correct == null ? "" : Progress.format(", %.2f %% of them right", 100 * correct)));
        if (json != null) {
            Files.writeString(json, Json.pretty(new Result(run.model(), step, counts[0], correct, out.toString())));
        }
    }
}
