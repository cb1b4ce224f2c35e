package io.lockstep.runs.trained;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.networks.compiled.games.GameReplica;
import io.lockstep.networks.games.Adversarial;
import io.lockstep.networks.quality.FrechetDistance;
import io.lockstep.networks.quality.ParzenWindow;
import io.lockstep.networks.quality.PictureFeatures;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.training.checkpoint.Checkpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How good the pictures of a GAN's newest checkpoint are, measured in this process. */
public final class SampleQuality {
    private static final int MOST = 10_000;
    /** Of halves with fewer there is no deviation. */
    private static final int FEWEST = 4;

    private static final int VALIDATION = 1_000;
    private static final int BATCH = 100;
    private static final long SEED = 1;

    private final TrainedRun run;
    private final DataSource source;
    private final ImageShape shape;

    /**
     * @param samples drawn, and pictures of the test set that they are held against
     * @param parzenWindow deviation of the Gaussians
     * @param logLikelihood of a test picture by Parzen windows, nats
     * @param frechetDistance of samples from test pictures, by the classifier's features
     * @param frechetFloor of one half of those test pictures from the other
     * @param classes share of samples that the classifier takes for each
     * @param asked share of samples that the classifier takes for what the generator was asked for
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Result(
            String model,
            long checkpointStep,
            int samples,
            double parzenWindow,
            double logLikelihood,
            double logLikelihoodStandardError,
            String classifier,
            Double frechetDistance,
            Double frechetFloor,
            List<Double> classes,
            Double asked) {}

    public SampleQuality(TrainedRun run) {
        this.run = run;
        source = run.source();
        shape = source.shape();
    }

    /** @param classifier of the same kind of pictures, or null */
    public Result measure(TrainedRun classifier, PrintStream out) throws IOException {
        if (classifier != null) {
            requireClassifier(classifier);
        }
        int count = Math.min(MOST, source.examples(Split.TEST));
        if (count < FEWEST) {
            throw new UsageException("samples are held against " + FEWEST + " test pictures or more, in two halves; "
                    + source.name() + " has " + count);
        }
        int[] asked = IntStream.range(0, count).map(i -> i % source.classes()).toArray();
        Checkpoint checkpoint = run.checkpoint();
        float[] drawn;
        boolean conditional;
        try (var model = (GameReplica) run.load(checkpoint, BATCH, 1)) {
            drawn = draw(model, asked);
            conditional = run.network().adversarial().classes() > 0;
        }
        long step = checkpoint.state().step();
        float[] test = pictures(Split.TEST, count, false);
        out.println(
                Progress.format("%s after %,d steps: %,d samples, %,d test pictures", run.model(), step, count, count));
        var parzen = new ParzenWindow(drawn, shape.size()).measure(pictures(Split.TRAIN, VALIDATION, true), test);
        out.println(Progress.format(
                "Parzen log-likelihood %.1f +- %.1f nats (window %.3f, chosen on %,d training pictures)",
                parzen.mean(), parzen.standardError(), parzen.deviation(), VALIDATION));
        Seen seen = classifier == null ? Seen.NOTHING : classify(classifier, drawn, test, asked, conditional, out);
        return new Result(
                run.model(),
                step,
                count,
                parzen.deviation(),
                parzen.mean(),
                parzen.standardError(),
                seen.classifier(),
                seen.distance(),
                seen.floor(),
                seen.classes(),
                seen.asked());
    }

    private record Seen(String classifier, Double distance, Double floor, List<Double> classes, Double asked) {
        static final Seen NOTHING = new Seen(null, null, null, null, null);
    }

    /** (asked, H, W, C) in [0, 1]. */
    private float[] draw(GameReplica model, int[] asked) {
        float[] all = new float[asked.length * shape.size()];
        for (int start = 0; start < asked.length; start += BATCH) {
            int size = Math.min(BATCH, asked.length - start);
            int[] labels = Arrays.copyOfRange(asked, start, start + size);
            var wanted = new Batch(size, start, Column.ofInts(Field.int32(Batch.LABELS), labels));
            ByteBuffer pictures = model.draw(Adversarial.GENERATED, Adversarial.REAL, wanted, SEED);
            for (int i = 0; i < size * shape.size(); i++) {
                all[start * shape.size() + i] = (pictures.getFloat(i * Float.BYTES) + 1) / 2;
            }
        }
        return all;
    }

    /** (count, H, W, C) in [0, 1]. */
    private float[] pictures(Split split, int count, boolean last) throws IOException {
        int all = source.examples(split);
        int size = Math.min(count, all);
        Dataset set = source.read(split, last ? new ExampleRange(all - size, all) : ExampleRange.first(all, size));
        LoaderOptions options =
                LoaderOptions.of(Normalization.unit(shape.channels())).withLayout(FeatureLayout.NHWC);
        float[] values = new float[size * shape.size()];
        try (BatchLoader loader = BatchLoader.evaluation(set, BATCH, options)) {
            int at = 0;
            while (loader.hasNext()) {
                ByteBuffer features = loader.next().features().duplicate().order(ByteOrder.nativeOrder());
                int floats = features.remaining() / Float.BYTES;
                features.asFloatBuffer().get(values, at, floats);
                at += floats;
            }
        }
        return values;
    }

    private void requireClassifier(TrainedRun classifier) {
        if (!classifier.source().shape().equals(shape)) {
            throw new UsageException("--classifier " + classifier.runDir() + " was trained on examples of "
                    + classifier.source().shape() + ", these are " + shape);
        }
        if (classifier.isGame()) {
            throw new UsageException("--classifier " + classifier.runDir() + " is a GAN's run; take a classifier's");
        }
    }

    private Seen classify(
            TrainedRun classifier, float[] drawn, float[] test, int[] asked, boolean conditional, PrintStream out)
            throws IOException {
        Normalization normalization = classifier.normalization();
        int classes = classifier.source().classes();
        try (var features = new PictureFeatures(
                classifier.network(), classifier.checkpoint().model(), BATCH, 1)) {
            var ofSamples = new ArrayList<double[]>();
            int[] taken = look(features, normalization, drawn, ofSamples);
            var ofTest = new ArrayList<double[]>();
            look(features, normalization, test, ofTest);
            double distance = FrechetDistance.between(rows(ofSamples), rows(ofTest));
            int half = ofTest.size() / 2;
            double floor =
                    FrechetDistance.between(rows(ofTest.subList(0, half)), rows(ofTest.subList(half, ofTest.size())));
            String model = classifier.model();
            out.println(Progress.format(
                    "Frechet distance %.2f by %d features of %s (one half of the test pictures from the other: %.2f)",
                    distance, features.size(), model, floor));
            List<Double> shares = IntStream.range(0, classes)
                    .mapToObj(c -> Arrays.stream(taken).filter(t -> t == c).count() / (double) taken.length)
                    .toList();
            out.println("taken for: "
                    + IntStream.range(0, classes)
                            .mapToObj(c -> Progress.format("%d %.1f %%", c, 100 * shares.get(c)))
                            .collect(Collectors.joining(", ")));
            Double right = null;
            if (conditional) {
                right = IntStream.range(0, taken.length)
                                .filter(i -> taken[i] == asked[i])
                                .count()
                        / (double) taken.length;
                out.println(Progress.format("taken for the class that was asked for: %.2f %%", 100 * right));
            }
            return new Seen(model, distance, floor, shares, right);
        }
    }

    /** Adds the features of each picture; returns the classes they are taken for. */
    private int[] look(PictureFeatures features, Normalization normalization, float[] pictures, List<double[]> rows) {
        int count = pictures.length / shape.size();
        int[] taken = new int[count];
        ByteBuffer scaled =
                ByteBuffer.allocateDirect(BATCH * shape.size() * Float.BYTES).order(ByteOrder.nativeOrder());
        float[] mean = normalization.mean();
        float[] std = normalization.std();
        for (int start = 0; start < count; start += BATCH) {
            int size = Math.min(BATCH, count - start);
            scaled.limit(size * shape.size() * Float.BYTES);
            for (int i = 0; i < size * shape.size(); i++) {
                int c = i % shape.channels();
                scaled.putFloat(i * Float.BYTES, (pictures[start * shape.size() + i] - mean[c]) / std[c]);
            }
            rows.addAll(Arrays.asList(features.of(scaled, size)));
            System.arraycopy(features.classesOf(scaled, size), 0, taken, start, size);
        }
        return taken;
    }

    private static double[][] rows(List<double[]> rows) {
        return rows.toArray(double[][]::new);
    }
}
