package io.lockstep.networks.compiled;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Normalization;
import io.lockstep.engine.Backends;
import io.lockstep.engine.Plan.PassResult;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.Precision;
import io.lockstep.networks.Dl4jReplica;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.training.Answers;
import io.lockstep.training.BatchResult;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Metrics;
import io.lockstep.training.Range;
import io.lockstep.training.Replica;
import io.lockstep.training.Task;
import io.lockstep.training.Turn;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A generative adversarial network: one DL4J network of two {@link Player}s, whose parameters, updater state and file are
 * DL4J's. Pictures are (N, H, W, C) in [-1, 1].
 */
public final class AdversarialReplica implements Replica {
    /** Samples of a test are the same every time. */
    private static final long TEST_SEED = 0x7465;

    private final Game game;
    private final List<Turn> turns;

    /**
     * @param definition with its {@link NetworkDefinition#adversarial}
     * @param largestBatch pictures of the largest batch that will come, and samples drawn at once
     * @throws UnsupportedOperationException naming the vertex that the engine lacks: DL4J itself does not run a game
     * @throws IllegalArgumentException if the networks do not fit the game
     */
    public AdversarialReplica(NetworkDefinition definition, int largestBatch, int threads, Precision precision) {
        definition.requireRulesThatFit();
        Dl4jReplica.requireOnHost();
        Dl4jReplica network = new Dl4jReplica(definition, largestBatch, 0);
        try {
            var parts = GraphTranslator.translate(
                    network.graph(), definition, definition.adversarial().handover());
            game = new Game(
                    network,
                    parts,
                    definition.adversarial(),
                    Backends.standard().require(precision),
                    PlanOptions.of(largestBatch).withThreads(threads).withPrecision(precision));
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
        turns = List.of(
                new Turn(new Discriminator(game), 1), new Turn(new Generator(game), game.rules.discriminatorSteps()));
    }

    @Override
    public List<Turn> turns() {
        return turns;
    }

    @Override
    public Task task() {
        return Task.GAME;
    }

    @Override
    public List<String> measures() {
        return Stream.concat(
                        Stream.of(Metrics.ACCURACY.word()),
                        (game.critic ? GameMeasures.OF_CRITIC : GameMeasures.OF_DISCRIMINATOR).stream())
                .toList();
    }

    @Override
    public ByteBuffer parameters() {
        return game.network.parameters();
    }

    @Override
    public ByteBuffer gradients() {
        return game.network.gradients();
    }

    @Override
    public ByteBuffer updaterState() {
        return game.network.updaterState();
    }

    @Override
    public long memoryBytes() {
        return game.network.memoryBytes() + game.nativeBytes();
    }

    @Override
    public List<Range> statistics() {
        return game.network.statistics();
    }

    @Override
    public String layerAt(long element) {
        return game.network.layerAt(element);
    }

    @Override
    public FeatureLayout featureLayout() {
        return FeatureLayout.NHWC;
    }

    /** Bytes to [-1, 1], which the generator's tanh draws. */
    @Override
    public Normalization normalization(Normalization ofData) {
        float[] half = new float[ofData.channels()];
        Arrays.fill(half, 0.5f);
        return new Normalization(half, half);
    }

    /** The discriminator's loss and hits on the pictures and on as many samples. */
    @Override
    public Answers evaluate(Batch batch) {
        int examples = batch.size();
        if (examples == 0) {
            return judged(BatchResult.EMPTY);
        }
        int[] predictions = new int[examples];
        ByteBuffer generated = game.draw(batch, TEST_SEED, false);
        PassResult ofSamples =
                game.discriminator().evaluate(generated, game.allGenerated(examples), examples, predictions);
        PassResult ofPictures =
                game.discriminator().evaluate(game.judged(batch), game.allReal(examples), examples, predictions);
        return judged(new BatchResult(
                2 * examples, ofSamples.lossSum() + ofPictures.lossSum(), ofSamples.correct() + ofPictures.correct()));
    }

    /** What is told are pictures from samples, and no labels of the batch. */
    private static Answers judged(BatchResult result) {
        return new Answers(result, null, null, null, null, 0);
    }

    /** Elements of a picture. */
    public int pictureElements() {
        return game.pictureElements();
    }

    /** That the generator is asked for; 0: it is not. */
    public int classes() {
        return game.rules.classes();
    }

    /**
     * Draws, as in inference.
     *
     * @param asked for: {@code size} pictures at the places from {@code firstExample} on, whose labels are the classes to
     *     draw where the generator is asked for one; features are not looked at
     * @param seed the same places with the same seed give the same pictures
     * @return (size, H, W, C) in [-1, 1], float32, native order, the caller's
     */
    public ByteBuffer draw(Batch asked, long seed) {
        ByteBuffer drawn = game.draw(asked, seed, false);
        int bytes = game.pictureElements() * Float.BYTES;
        ByteBuffer pictures = FlatBuffers.allocate((long) asked.size() * game.pictureElements());
        for (int i = 0; i < asked.size(); i++) {
            pictures.put(i * bytes, drawn, i * game.judgedElements() * Float.BYTES, bytes);
        }
        return pictures;
    }

    @Override
    public Snapshot snapshot() {
        return game.network.snapshot();
    }

    @Override
    public void save(OutputStream out) throws IOException {
        game.network.save(out);
    }

    @Override
    public void load(InputStream in) throws IOException {
        game.network.load(in);
    }

    @Override
    public List<String> takeCommon(InputStream in) throws IOException {
        return game.network.takeCommon(in);
    }

    @Override
    public void close() {
        try (var network = game.network) {
            game.close();
        }
    }
}
