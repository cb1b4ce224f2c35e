package io.lockstep.networks.compiled.games;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.Normalization;
import io.lockstep.engine.Backend;
import io.lockstep.engine.Backends;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.Precision;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.games.GameTurn;
import io.lockstep.networks.games.Measure;
import io.lockstep.networks.games.TurnList;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Networks that play against each other: one DL4J network, whose parameters, updater state and file are DL4J's, and a {@link
 * io.lockstep.networks.games.Game} that says what of it is trained in which turn. Pictures are (N, H, W, C).
 */
public final class GameReplica implements Replica {
    /** Samples of a test are the same every time. */
    private static final long TEST_SEED = 0x7465;

    private final Dl4jReplica network;
    private final TurnList game;
    private final Task task;
    private final GamePlans plans;
    private final List<Turn> turns = new ArrayList<>();

    /**
     * @param definition with its {@link NetworkDefinition#game}
     * @param largestBatch examples of the largest batch that will come, and samples drawn at once
     * @throws UnsupportedOperationException naming the vertex that the engine lacks: DL4J itself does not run a game
     * @throws IllegalArgumentException if the network does not fit the game
     */
    public GameReplica(NetworkDefinition definition, int largestBatch, int threads, Precision precision) {
        this(
                definition,
                Backends.standard().require(precision),
                PlanOptions.of(largestBatch).withThreads(threads).withPrecision(precision));
    }

    private GameReplica(NetworkDefinition definition, Backend backend, PlanOptions options) {
        definition.requireRulesThatFit();
        Dl4jReplica.requireOnHost();
        task = definition.task();
        game = definition.game().in(definition.configuration());
        network = new Dl4jReplica(definition, options.capacity(), 0);
        GamePlans made = null;
        try {
            made = new GamePlans(game, network, definition, backend, options);
            for (GameTurn turn : game.turns()) {
                turns.add(new Turn(new GameTrainee(made, turn, turns.size()), turn.everySteps()));
            }
        } catch (RuntimeException | Error e) {
            close(made, network);
            throw e;
        }
        plans = made;
    }

    /** @param plans null where there are none yet */
    private static void close(GamePlans plans, Dl4jReplica network) {
        try (network) {
            if (plans != null) {
                plans.close();
            }
        }
    }

    /**
     * Refuses data that the game cannot be played with.
     *
     * @param fields of an example
     * @throws IllegalArgumentException naming the column that holds something else than what is read
     */
    public void requireColumns(List<Field> fields) {
        plans.values().requireColumns(fields);
    }

    @Override
    public List<Turn> turns() {
        return turns;
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public List<String> measures() {
        Stream<String> first = plans.judges() ? Stream.of(Metrics.ACCURACY.word()) : Stream.empty();
        return Stream.concat(first, game.measures().stream().map(Measure::name)).toList();
    }

    @Override
    public ByteBuffer parameters() {
        return network.parameters();
    }

    @Override
    public ByteBuffer gradients() {
        return network.gradients();
    }

    @Override
    public ByteBuffer updaterState() {
        return network.updaterState();
    }

    @Override
    public long memoryBytes() {
        return network.memoryBytes() + plans.nativeBytes();
    }

    @Override
    public List<Range> statistics() {
        return network.statistics();
    }

    @Override
    public String layerAt(long element) {
        return network.layerAt(element);
    }

    @Override
    public FeatureLayout featureLayout() {
        return FeatureLayout.NHWC;
    }

    /** Bytes to [-1, 1], which a tanh draws, where pictures are drawn. */
    @Override
    public Normalization normalization(Normalization ofData) {
        if (!game.pictures()) {
            return ofData;
        }
        float[] half = new float[ofData.channels()];
        Arrays.fill(half, 0.5f);
        return new Normalization(half, half);
    }

    /** The first turn's losses, and how many of its judgements are right, of a batch as in inference. */
    @Override
    public Answers evaluate(Batch batch) {
        if (batch.size() == 0) {
            return judged(BatchResult.EMPTY);
        }
        TurnRun first = plans.of(game.turns().get(0));
        first.draw(batch, TEST_SEED, false);
        double lossSum = 0;
        double right = 0;
        double judged = 0;
        for (LossPass pass : first.passes()) {
            pass.plan().evaluate(pass.given(batch, TEST_SEED));
            lossSum += pass.sums().total();
            right += pass.right();
            judged += pass.judged();
        }
        int labels = batch.size() * first.passes().size();
        return judged(
                plans.judges()
                        ? new BatchResult(labels, lossSum, new double[] {right, judged})
                        : new BatchResult(labels, lossSum));
    }

    /** What is told are turns' losses, and no labels of the batch. */
    private static Answers judged(BatchResult result) {
        return new Answers(result, null, null, null, null, 0);
    }

    /**
     * Draws, as in inference, what a turn draws before its passes.
     *
     * @param value its name in that turn
     * @param like a value of the game; of each example as many numbers are drawn as this one has of its column, without the
     *     classes that are joined to it
     * @param asked for: {@code size} examples at the places from {@code firstExample} on, with the columns that the drawing part
     *     reads
     * @param seed the same places with the same seed give the same samples
     * @return (size, numbers), float32, native order, the caller's
     * @throws IllegalArgumentException if no turn draws such a value
     */
    public ByteBuffer draw(String value, String like, Batch asked, long seed) {
        GameTurn turn = game.turns().stream()
                .filter(each ->
                        each.drawn().stream().anyMatch(draw -> draw.name().equals(value)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no turn of this game draws a value '" + value + "'"));
        plans.of(turn).draw(asked, seed, false);
        GameValues values = plans.values();
        ByteBuffer drawn = values.of(value);
        int bytes = values.columnElementsOf(like) * Float.BYTES;
        int stride = values.elementsOf(value) * Float.BYTES;
        ByteBuffer samples = FlatBuffers.allocate((long) asked.size() * values.columnElementsOf(like));
        for (int i = 0; i < asked.size(); i++) {
            samples.put(i * bytes, drawn, i * stride, bytes);
        }
        return samples;
    }

    @Override
    public Snapshot snapshot() {
        return network.snapshot();
    }

    @Override
    public void save(OutputStream out) throws IOException {
        network.save(out);
    }

    @Override
    public void load(InputStream in) throws IOException {
        network.load(in);
    }

    @Override
    public List<String> takeCommon(InputStream in) throws IOException {
        return network.takeCommon(in);
    }

    @Override
    public void close() {
        close(plans, network);
    }
}
