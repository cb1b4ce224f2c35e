package io.lockstep.cli;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.BatchLoader;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageSource;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Split;
import io.lockstep.training.Checkpoint;
import io.lockstep.training.Replica;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
                    + " Default: the test set, ids from 1.")
    private Path images;

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

    /** What is to be labelled next. */
    private record Chunk(Dataset pictures, List<String> ids) {}

    @Override
    public Integer call() throws IOException {
        if (images != null && data != null) {
            throw new UsageException("--images has pictures of its own: leave --data away");
        }
        Configuration configuration = RunFolder.configuration(runDir);
        checkpoint.putInto(configuration);
        TrainedRun run = TrainedRun.open(runDir, configuration, SparkJobs.storage(new SparkConf()));
        if (run.isGame() || !(run.source() instanceof ImageSource)) {
            throw new UsageException(runDir + " has no classifier of pictures, but " + run.model() + " on "
                    + run.configuration().get(Settings.DATA));
        }
        Checkpoint chosen = run.checkpoint();
        int threads = Runtime.getRuntime().availableProcessors();
        int[] counts = new int[2];
        try (Replica replica = run.load(chosen, BATCH, threads);
                var csv = new PrintStream(Files.newOutputStream(out), false, StandardCharsets.UTF_8)) {
            LoaderOptions loading =
                    LoaderOptions.of(replica.normalization(run.normalization())).withLayout(replica.featureLayout());
            List<String> names =
                    run.source().read(Split.TEST, new ExampleRange(0, 0)).classNames();
            csv.println("id,label");
            if (images == null) {
                label(replica, testSet(run, names), loading, names, csv, counts);
            } else {
                ImageFolder folder = ImageFolder.of(images);
                for (int start = 0; start < folder.size(); start += CHUNK) {
                    int end = Math.min(start + CHUNK, folder.size());
                    var chunk = new Chunk(
                            folder.read(start, end, run.source().shape(), names),
                            folder.ids().subList(start, end));
                    label(replica, chunk, loading, names, csv, counts);
                }
            }
            if (csv.checkError()) {
                throw new IOException("cannot write all of " + out + "; is the disk full?");
            }
        }
        conclude(run, chosen.state().step(), counts);
        return ExitStatus.DONE;
    }

    private Chunk testSet(TrainedRun run, List<String> names) throws IOException {
        DataSource source = run.source();
        if (data != null) {
            Configuration other = RunFolder.configuration(runDir);
            other.put(Settings.DATA.name(), data);
            source = TrainedRun.open(runDir, other, SparkJobs.storage(new SparkConf()))
                    .source();
            if (!source.shape().equals(run.source().shape()) || source.classes() != names.size()) {
                throw new UsageException("--data " + data + " has " + source.classes() + " classes of "
                        + source.shape() + ", the network was trained on " + names.size() + " of "
                        + run.source().shape());
            }
        }
        Dataset test = source.read(Split.TEST, ExampleRange.all(source.examples(Split.TEST)));
        List<String> ids = IntStream.rangeClosed(1, test.examples())
                .mapToObj(Integer::toString)
                .toList();
        return new Chunk(test, ids);
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
                    csv.println(chunk.ids().get(at++) + "," + names.get(predictions[i]));
                }
            }
        }
        counts[0] += at;
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
