package io.lockstep.networks.compiled;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.engine.Backend;
import io.lockstep.engine.Backends;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Loss;
import io.lockstep.engine.MostProbable;
import io.lockstep.engine.Pass;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.Precision;
import io.lockstep.engine.Sums;
import io.lockstep.networks.CountedValues;
import io.lockstep.networks.FeedPlan;
import io.lockstep.networks.FlatImages;
import io.lockstep.networks.LabelKind;
import io.lockstep.networks.LossColumns;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.OutputFeed;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.dl4j.GradientOfBatch;
import io.lockstep.training.Answers;
import io.lockstep.training.BatchResult;
import io.lockstep.training.GradientListener;
import io.lockstep.training.NetworkReplica;
import io.lockstep.training.Range;
import io.lockstep.training.Task;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A replica whose forward and backward the engine runs. Parameters, gradients, updaters and files are those of the {@link
 * Dl4jReplica} inside, so either takes the other's checkpoints.
 *
 * <p>Images come as (N, H, W, C) and sequences as (N, T, F), whatever layout the DL4J configuration was written for; only images
 * that the network reads as rows ({@link FlatImages}) come with their channels first.
 */
public final class CompiledReplica implements NetworkReplica {
    private final Dl4jReplica dl4j;
    private final Plan plan;
    private final Optional<FusedUpdater> updater;
    private final GradientOfBatch gradientOfBatch;
    private final Task task;
    private final FeatureLayout featureLayout;
    private final OutputFeed first;
    private final CountedValues countedValues;
    private final boolean severalLosses;
    private final String answers; // node of the first output

    /**
     * @param largestBatch examples of the largest batch that will come
     * @param labelSmoothing share of each label's probability that is spread over all classes, in [0, 1)
     * @param threads for forward and backward
     * @throws UnsupportedOperationException naming the vertex that only DL4J can run, or what went wrong in translating the
     *     network; use a {@link Dl4jReplica} then
     */
    public CompiledReplica(NetworkDefinition definition, int largestBatch, double labelSmoothing, int threads) {
        this(definition, largestBatch, labelSmoothing, threads, Precision.FLOAT32, null);
    }

    /**
     * With batch norm over the batches of all ranks of a group (synchronised): a step of many ranks is then that of one
     * rank on the whole batch, batch norm included. The passes are collectives, and no other collective may be called
     * before one returns.
     *
     * @param precision of the factors of products
     * @param synchronised null for batch norm of this rank's batches alone
     * @throws IllegalArgumentException if this CPU does not have the precision
     */
    public CompiledReplica(
            NetworkDefinition definition,
            int largestBatch,
            double labelSmoothing,
            int threads,
            Precision precision,
            ProcessGroup synchronised) {
        Dl4jReplica.requireOnHost();
        dl4j = new Dl4jReplica(definition, largestBatch, labelSmoothing);
        task = definition.task();
        featureLayout = FlatImages.areReadBy(definition) ? FeatureLayout.NCHW : FeatureLayout.NHWC;
        FeedPlan feeds = definition.plan();
        first = feeds.outputs().get(0);
        severalLosses = feeds.addsLosses();
        countedValues = feeds.countedValues();
        Plan compiled = null;
        try {
            GraphTranslator.Parts translated =
                    GraphTranslator.translateAnswering(dl4j.graph(), definition, labelSmoothing);
            Graph graph = translated.graph();
            answers = translated.node();
            compiled = compile(
                    Backends.standard().require(precision),
                    graph,
                    PlanOptions.of(largestBatch).withThreads(threads).withPrecision(precision),
                    synchronised);
            updater = FusedUpdater.of(dl4j.graph(), dl4j, compiled);
        } catch (RuntimeException | Error e) {
            close(compiled, dl4j);
            throw e;
        }
        plan = compiled;
        gradientOfBatch = new GradientOfBatch(dl4j.graph().conf().isMiniBatch(), dl4j);
    }

    private Plan compile(Backend backend, Graph graph, PlanOptions options, ProcessGroup synchronised) {
        boolean alone = synchronised == null || synchronised.worldSize() == 1;
        GroupStatistics statistics = alone ? null : new GroupStatistics(synchronised);
        try {
            return backend.compile(
                    graph,
                    options.withParameters(dl4j.parameters())
                            .withGradients(dl4j.gradients())
                            .withStatistics(statistics));
        } catch (IllegalArgumentException | IllegalStateException e) { // what is too large is an ArithmeticException
            throw GraphTranslator.failed("compile", e);
        }
    }

    /**
     * The engine's graph of a network, over the same flat vector of parameters.
     *
     * @throws UnsupportedOperationException naming the vertex that only DL4J can run
     */
    public static Graph graphOf(Dl4jReplica network, NetworkDefinition definition) {
        return GraphTranslator.translate(network.graph(), definition, 0);
    }

    /** @param plan null where there is none yet */
    private static void close(Plan plan, Dl4jReplica dl4j) {
        try (dl4j) {
            if (plan != null) {
                plan.close();
            }
        }
    }

    /** Where the time goes; see {@link Plan#startProfile}. */
    public Plan plan() {
        return plan;
    }

    /** Whether {@link #update} is one pass over memory; otherwise DL4J's own updater runs. */
    public boolean updatesInOnePass() {
        return updater.isPresent();
    }

    @Override
    public ByteBuffer parameters() {
        return dl4j.parameters();
    }

    @Override
    public ByteBuffer gradients() {
        return dl4j.gradients();
    }

    @Override
    public ByteBuffer updaterState() {
        return dl4j.updaterState();
    }

    @Override
    public long memoryBytes() {
        return dl4j.memoryBytes() + plan.nativeBytes();
    }

    @Override
    public List<Range> statistics() {
        return dl4j.statistics();
    }

    @Override
    public String layerAt(long element) {
        return dl4j.layerAt(element);
    }

    @Override
    public FeatureLayout featureLayout() {
        return featureLayout;
    }

    @Override
    public BatchResult forwardBackward(Batch batch, long randomSeed, GradientListener listener) {
        gradientOfBatch.add(batch, randomSeed);
        plan.forwardBackward(passOf(batch).seed(randomSeed), listener::gradientsReadyFrom);
        return result(batch);
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public Answers evaluate(Batch batch) {
        plan.evaluate(passOf(batch));
        Column targets = batch.column(first.column());
        String masked = first.mask() == null ? Batch.MASK : first.mask();
        Column mask = batch.has(masked) ? batch.column(masked) : null;
        if (first.kind() == LabelKind.VALUES) {
            FloatBuffer outputs = plan.output(answers).asFloatBuffer();
            return new Answers(
                    result(batch), targets, mask, null, outputs, first.layout().channels());
        }
        int[] classes = new int[targets.ints().remaining()];
        if (batch.size() > 0) {
            MostProbable.classes(plan.scores(), plan.graph().last().shape(), batch.size(), classes);
        }
        return new Answers(
                result(batch),
                targets,
                mask,
                classes,
                scores().asFloatBuffer(),
                first.layout().channels());
    }

    /** Columns go to what reads a column of their name. */
    private Pass passOf(Batch batch) {
        countedValues.require(batch);
        Pass pass = plan.pass().clear();
        for (int i = 0; i < batch.columns().size(); i++) {
            Column column = batch.columns().get(i);
            if (pass.has(column.name()) || LossColumns.has(column.name())) {
                pass.set(column.name(), column.bytes());
            }
        }
        return pass.examples(batch.size()).firstExample(batch.firstExample());
    }

    /** What the softmax of the last {@link #evaluate} read; see {@link Plan#scores}. */
    public ByteBuffer scores() {
        return plan.scores();
    }

    private BatchResult result(Batch batch) {
        Sums sums = plan.sums();
        int counted = (int) sums.of(Loss.COUNT); // the first output's loss is the graph's last
        int labels = severalLosses ? batch.size() : counted;
        return first.kind() == LabelKind.CLASSES
                ? BatchResult.ofClasses(labels, sums.total(), (int) sums.of(Loss.CORRECT), counted)
                : new BatchResult(labels, sums.total());
    }

    @Override
    public void update(long step, int epoch, double learningRate) {
        update(step, epoch, learningRate, gradientOfBatch.examples());
    }

    @Override
    public void update(long step, int epoch, double learningRate, int examples) {
        if (updater.isEmpty()) {
            dl4j.update(step, epoch, learningRate, examples);
            return;
        }
        gradientOfBatch.beforeUpdate(examples);
        dl4j.beginUpdate(step, epoch, learningRate);
        updater.get().update(Math.toIntExact(step), epoch);
        dl4j.endUpdate(step, epoch);
    }

    @Override
    public Snapshot snapshot() {
        return dl4j.snapshot();
    }

    @Override
    public void save(OutputStream out) throws IOException {
        dl4j.save(out);
    }

    @Override
    public void load(InputStream in) throws IOException {
        dl4j.load(in);
    }

    @Override
    public List<String> takeCommon(InputStream in) throws IOException {
        return dl4j.takeCommon(in);
    }

    @Override
    public void close() {
        close(plan, dl4j);
    }
}
