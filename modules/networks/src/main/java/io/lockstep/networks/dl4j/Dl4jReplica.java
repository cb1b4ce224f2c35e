package io.lockstep.networks.dl4j;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Field;
import io.lockstep.networks.FeedPlan;
import io.lockstep.networks.FlatImages;
import io.lockstep.networks.LabelKind;
import io.lockstep.networks.LearningRates;
import io.lockstep.networks.LossColumns;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.OffHeap;
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
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.CrashReportingUtil;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A replica that DL4J runs: takes whatever network DL4J takes, at DL4J's speed (with its oneDNN layers put back to
 * work, see {@link NativeLayers}).
 *
 * <p>DL4J's {@code fit} is taken apart into the two halves that data-parallel training needs. {@link #forwardBackward}
 * is {@link ComputationGraph#computeGradientAndScore()}, which leaves the sum over the batch of each example's gradient
 * in one flat array. {@link #update} is DL4J's updater, told that the batch had one example, because the gradients that
 * it gets are divided already (where the network is updated by sums, {@link GradientOfBatch} multiplies them again); then parameters -= gradients, as DL4J's {@code NegativeGradientStepFunction} does.
 *
 * <p>The learning rate of a step is written into the layers' updaters, in the ratios that the configuration has ({@link
 * NetworkDefinition#baseRate}) and without a schedule, so that a saved network holds nothing that plain DL4J cannot read.
 *
 * <p>One thread owns a replica, and all of ND4J's noise on that thread comes from the seed of the step.
 */
public final class Dl4jReplica implements NetworkReplica {
    private final ComputationGraph graph;
    private final FeatureLayout featureLayout;
    private final List<Range> statistics;
    private final Watermark watermark;
    private final List<OutputMeter> meters; // of each output, of which auxiliary ones are not told
    private final InputArrays inputs;
    private final LearningRates learningRates;
    private final ByteBuffer parameters;
    private final ByteBuffer gradients;
    private final INDArray state; // null: none
    private final ByteBuffer updaterState;
    private final boolean announcesParts;
    private final Gradient gradientTable;
    private final GradientOfBatch gradientOfBatch;
    private final Optional<ClassCentres> centres;
    private final Task task;
    private final boolean severalLosses;
    private NetworkSnapshot snapshot;

    /**
     * @param definition the network; its configuration is copied
     * @param largestBatch examples of the largest batch that will come
     * @param labelSmoothing share of each label's probability that is spread over all classes, in [0, 1)
     */
    public Dl4jReplica(NetworkDefinition definition, int largestBatch, double labelSmoothing) {
        this(initialized(definition), definition, largestBatch, labelSmoothing);
    }

    /** Over an initialised float32 graph, which the replica owns from now on. */
    public Dl4jReplica(ComputationGraph graph, InputType input, int largestBatch, double labelSmoothing) {
        this(graph, new NetworkDefinition(graph.getConfiguration(), input), largestBatch, labelSmoothing);
    }

    private Dl4jReplica(ComputationGraph graph, NetworkDefinition definition, int largestBatch, double labelSmoothing) {
        if (graph.params().dataType() != DataType.FLOAT) {
            throw new IllegalArgumentException(
                    "a replica is float32, this network is " + graph.params().dataType());
        }
        CrashReportingUtil.crashDumpsEnabled(false); // its library of machine facts is not shipped
        boolean onCpu = Nd4j.getEnvironment().isCPU();
        this.graph = graph;
        graph.initGradientsView(); // otherwise left to the first fit
        this.featureLayout = layoutOf(definition);
        this.statistics = FlatLayout.statistics(graph);
        NativeLayers.install(graph, onCpu);
        this.task = definition.task();
        FeedPlan plan = definition.plan();
        this.inputs = new InputArrays(plan, largestBatch, labelSmoothing);
        this.meters = plan.outputs().stream().map(OutputMeter::new).toList();
        this.severalLosses = plan.addsLosses();
        this.gradientTable = FlatLayout.gradientTable(graph);
        this.centres = ClassCentres.of(graph, gradientTable);
        this.watermark = Watermark.install(graph, told(meters), centres);
        this.learningRates = new LearningRates(graph);
        this.parameters = HostMemory.of(graph.params());
        this.gradients = HostMemory.of(graph.getFlattenedGradients());
        this.state = graph.getUpdater(true).getStateViewArray();
        this.updaterState =
                state == null ? ByteBuffer.allocateDirect(0).order(ByteOrder.nativeOrder()) : HostMemory.of(state);
        this.gradientOfBatch = new GradientOfBatch(graph.conf().isMiniBatch(), this);
        this.announcesParts = onCpu; // a part that is final on a GPU is not on the host yet
    }

    private static Map<String, OutputMeter> told(List<OutputMeter> meters) {
        return meters.stream()
                .filter(meter -> !meter.feed().auxiliary())
                .collect(Collectors.toMap(meter -> meter.feed().output(), Function.identity()));
    }

    @Override
    public ByteBuffer parameters() {
        return parameters.duplicate().order(ByteOrder.nativeOrder());
    }

    @Override
    public ByteBuffer gradients() {
        return gradients.duplicate().order(ByteOrder.nativeOrder());
    }

    @Override
    public ByteBuffer updaterState() {
        return updaterState.duplicate().order(ByteOrder.nativeOrder());
    }

    @Override
    public void toHost() {
        HostMemory.fetch(graph.params());
        if (state != null) {
            HostMemory.fetch(state);
        }
    }

    @Override
    public void fromHost() {
        HostMemory.written(graph.params());
        if (state != null) {
            HostMemory.written(state);
        }
    }

    /** Of the flat vectors, and the copy that a checkpoint is written from; what DL4J takes beside them is not known. */
    @Override
    public long memoryBytes() {
        return 2L * parameters.limit() + gradients.limit() + 2L * updaterState.limit();
    }

    @Override
    public List<Range> statistics() {
        return statistics;
    }

    @Override
    public String layerAt(long element) {
        return FlatLayout.layerAt(graph, element);
    }

    @Override
    public FeatureLayout featureLayout() {
        return featureLayout;
    }

    /** @throws IllegalStateException if ND4J's arrays are on a GPU: what computes beside it would see old copies */
    public static void requireOnHost() {
        if (!Nd4j.getEnvironment().isCPU()) {
            throw new IllegalStateException(
                    "ND4J computes on a GPU in this process, where only DL4J itself can train: start another application");
        }
    }

    /**
     * Whether this replica can train a network so, which is known from its configuration alone.
     *
     * @throws UnsupportedOperationException naming the setting that it cannot heed
     */
    public static void requireRuns(NetworkDefinition definition, double labelSmoothing, boolean mixup) {
        Dl4jLimits.require(definition);
        definition.plan().outputs().forEach(output -> LabelArray.requireHeeded(output, labelSmoothing > 0, mixup));
    }

    /**
     * Refuses data with a column that changes the loss, and that DL4J does not hear of.
     *
     * @param fields of an example
     * @throws UnsupportedOperationException naming the column
     */
    public static void requireHeard(NetworkDefinition definition, List<Field> fields) {
        Set<String> masks = definition.plan().masks();
        fields.forEach(field -> InputArrays.requireHeard(field.name(), masks));
        if (LossColumns.among(fields).contains(Batch.MIXED_LABELS)) {
            definition.plan().outputs().forEach(output -> LabelArray.requireHeeded(output, false, true));
        }
    }

    /** The network itself: to look at, not to train. */
    public ComputationGraph graph() {
        return graph;
    }

    @Override
    public BatchResult forwardBackward(Batch batch, long randomSeed, GradientListener listener) {
        Dl4jLimits.requireWholeSequences(graph.getConfiguration());
        gradientOfBatch.add(batch, randomSeed);
        if (batch.size() == 0) {
            graph.getFlattenedGradients().assign(0);
            HostMemory.fetch(graph.getFlattenedGradients());
            listener.gradientsReadyFrom(0);
            return BatchResult.EMPTY;
        }
        Nd4j.getRandom()
                .setSeed(randomSeed + batch.firstExample()); // ND4J draws in order, not by place: ranks must differ
        graph.setInputs(inputs.features(batch));
        INDArray[] labels = inputs.smoothedLabels(batch);
        INDArray[] masks = inputs.labelMasks(batch);
        graph.setLabels(labels);
        graph.clearLayerMaskArrays(); // of the last step, which this one may have none of
        graph.setLayerMaskArrays(inputs.featureMasks(batch), ofSeveralLabels(masks));
        start(batch, labels, masks, false);
        centres.ifPresent(each -> each.begin(randomSeed));
        watermark.start(announcesParts ? listener : offset -> {});
        graph.computeGradientAndScore();
        HostMemory.fetch(graph.getFlattenedGradients());
        watermark.finish();
        if (!announcesParts) {
            listener.gradientsReadyFrom(0);
        }
        graph.clearLayersStates();
        return result(batch);
    }

    /** Without masks of a single label, which are no columns to DL4J, and which its losses refuse: {@link OutputVertex} heeds them. */
    private INDArray[] ofSeveralLabels(INDArray[] masks) {
        if (masks == null) {
            return null;
        }
        INDArray[] several = masks.clone();
        for (int i = 0; i < several.length; i++) {
            if (meters.get(i).isOnlyMask(masks[i])) {
                several[i] = null;
            }
        }
        return several;
    }

    private void start(Batch batch, INDArray[] labels, INDArray[] masks, boolean keepOutputs) {
        for (int i = 0; i < labels.length; i++) {
            boolean kept = keepOutputs && i == 0; // the first output's are what is asked for
            meters.get(i).start(batch, labels[i], masks == null ? null : masks[i], kept);
        }
    }

    /** The losses of all outputs together, and what is right of the first one's labels. */
    private BatchResult result(Batch batch) {
        double losses = meters.stream()
                .filter(meter -> !meter.feed().auxiliary())
                .mapToDouble(OutputMeter::lossSum)
                .sum();
        OutputMeter first = meters.get(0);
        int labels = severalLosses ? batch.size() : first.labelled();
        return first.feed().kind() == LabelKind.CLASSES
                ? BatchResult.ofClasses(labels, losses, first.correct(), first.labelled())
                : new BatchResult(labels, losses);
    }

    @Override
    public void update(long step, int epoch, double learningRate) {
        update(step, epoch, learningRate, gradientOfBatch.examples());
    }

    @Override
    public void update(long step, int epoch, double learningRate, int examples) {
        gradientOfBatch.beforeUpdate(examples);
        // the updater reads them next, so that backward, which only writes, finds the GPU's to be the newer ones
        HostMemory.written(graph.getFlattenedGradients());
        centres.ifPresent(ClassCentres::divide);
        beginUpdate(step, epoch, learningRate);
        ComputationGraphUpdater updater = graph.getUpdater(true);
        updater.update(gradientTable, Math.toIntExact(step), epoch, 1, LayerWorkspaceMgr.noWorkspaces());
        graph.params().subi(gradientTable.gradient());
        endUpdate(step, epoch);
    }

    /** What goes before an update of the parameters, whoever makes it: the network's counters and learning rates. */
    public void beginUpdate(long step, int epoch, double learningRate) {
        learningRates.set(learningRate);
        graph.getConfiguration().setIterationCount(Math.toIntExact(step));
        graph.getConfiguration().setEpochCount(epoch);
    }

    /** What goes after an update of the parameters, whoever makes it: constraints, and the count of updates. */
    public void endUpdate(long step, int epoch) {
        graph.applyConstraints(Math.toIntExact(step), epoch);
        graph.getConfiguration().setIterationCount(Math.toIntExact(step + 1));
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public Answers evaluate(Batch batch) {
        if (batch.size() == 0) {
            return meters.get(0).answers(batch, BatchResult.EMPTY);
        }
        INDArray[] labels = inputs.plainLabels(batch);
        start(batch, labels, inputs.labelMasks(batch), true);
        graph.clearLayerMaskArrays(); // of the last step of training; the meters heed this batch's
        INDArray[] masks = inputs.featureMasks(batch);
        if (masks == null) {
            graph.output(false, inputs.features(batch));
        } else {
            graph.output(false, inputs.features(batch), masks);
        }
        return meters.get(0).answers(batch, result(batch));
    }

    /** The l1, l2 and weight-decay part of the loss at the current parameters; 0 without regularisation. */
    public double regularizationLoss() {
        return graph.calcRegularizationScore(true);
    }

    @Override
    public Snapshot snapshot() {
        if (snapshot == null) {
            snapshot = new NetworkSnapshot(graph, parameters, updaterState);
        }
        toHost();
        snapshot.take(graph);
        return snapshot;
    }

    @Override
    public void save(OutputStream out) throws IOException {
        snapshot().writeTo(out);
    }

    @Override
    public void load(InputStream in) throws IOException {
        SavedNetwork.read(in).copyInto(graph);
    }

    @Override
    public List<String> takeCommon(InputStream in) throws IOException {
        return InitialParameters.take(in, graph);
    }

    @Override
    public void close() {
        OffHeap.free(graph);
    }

    static ComputationGraph initialized(NetworkDefinition definition) {
        // Neither clone(), in which DL4J's MergeVertex forgets its axis, nor JSON, in which batch norm forgets
        // useLogStd.
        ComputationGraph graph = new ComputationGraph(SerializationUtils.clone(definition.configuration()));
        graph.init();
        return graph;
    }

    private static FeatureLayout layoutOf(NetworkDefinition definition) {
        boolean channelsFirst = definition.input() instanceof InputType.InputTypeConvolutional images
                ? images.getFormat() == CNN2DFormat.NCHW
                : FlatImages.areReadBy(definition);
        // what is no image to the network is read as the engine reads it: rows of pixels, or of steps, with their
        // channels last
        return channelsFirst ? FeatureLayout.NCHW : FeatureLayout.NHWC;
    }
}
