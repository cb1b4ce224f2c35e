package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation.Judgement;
import io.lockstep.engine.Operation.Output;
import io.lockstep.engine.PassBuffers;
import io.lockstep.engine.Plan;
import io.lockstep.engine.Precision;
import io.lockstep.engine.StatisticsExchange;
import io.lockstep.engine.cpu.Segment.Part;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** A graph made ready for the CPU; see the package's description. */
public final class CpuPlan implements Plan {
    private static final IntBuffer NO_LABELS = IntBuffer.allocate(0);

    private final int capacity;
    private final PassBuffers buffers;
    private final Graph graph;
    private final NativeMemory memory = new NativeMemory();
    private final long parameterAddress;
    private final long gradientAddress;
    private final ByteBuffer parameters;
    private final ByteBuffer gradients;
    private final Precision precision;
    private final StatisticsExchange exchange;
    private final ByteBuffer inputGradient;
    private final Lanes lanes;
    private final List<PackedWeights> packs = new ArrayList<>();
    private final List<Call> packCalls = new ArrayList<>();
    private final Map<Integer, Long> thinned = new HashMap<>();
    private Compiler compiler;
    private Program training;
    private Program evaluation;

    // what a pass works on; written before the lanes start
    private ByteBuffer features;
    private IntBuffer labels;
    private int[] predictions;
    private float[] exampleWeights;
    private IntBuffer mixedLabels;
    private FloatBuffer mixedShares;
    private Tensor scores;
    private int scored;
    private long seed;
    private long firstExample;
    private volatile long watermark;
    private volatile boolean rounds;
    private long announced;

    CpuPlan(
            Graph graph,
            int capacity,
            int threads,
            Precision precision,
            ByteBuffer givenParameters,
            ByteBuffer givenGradients,
            StatisticsExchange exchange) {
        this.precision = precision;
        this.exchange = exchange;
        if (capacity < 1) {
            throw new IllegalArgumentException("batch: " + capacity);
        }
        this.capacity = capacity;
        buffers = new PassBuffers(graph, capacity);
        this.graph = graph;
        long bytes = graph.parameters() * Float.BYTES;
        if (bytes > Integer.MAX_VALUE) {
            throw new UnsupportedOperationException(graph.parameters() + " parameters take more than 2 GiB");
        }
        parameterAddress = givenParameters == null ? memory.allocate(bytes) : addressOf(givenParameters, bytes);
        gradientAddress = givenGradients == null ? memory.allocate(bytes) : addressOf(givenGradients, bytes);
        parameters = NativeMemory.view(parameterAddress, bytes);
        gradients = NativeMemory.view(gradientAddress, bytes);
        long inputBytes = buffers.exampleBytes() * capacity;
        inputGradient = graph.inputGradient() ? NativeMemory.view(memory.allocate(inputBytes), inputBytes) : null;
        lanes = new Lanes(threads, "lockstep-engine");
        try {
            // on a lane, because oneDNN asks the thread that makes a primitive how many threads there are
            lanes.run(lane -> compileOn(lane, graph), () -> {});
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static long addressOf(ByteBuffer given, long bytes) {
        if (!given.isDirect() || given.order() != ByteOrder.nativeOrder() || given.remaining() != bytes) {
            throw new IllegalArgumentException(given + " is no direct buffer of " + bytes + " bytes in native order");
        }
        return new BytePointer(given).address() + given.position();
    }

    private void compileOn(Lane lane, Graph graph) {
        if (lane.index != 0) {
            return;
        }
        compiler = new Compiler(this, graph);
        training = compiler.training();
        evaluation = compiler.evaluation();
        long arena = Math.max(MemoryPlan.place(training.tensors), MemoryPlan.place(evaluation.tensors));
        long base = memory.allocate(arena);
        for (Program program : List.of(training, evaluation)) {
            bind(program.tensors, base);
            prepare(program);
        }
        packs.forEach(pack -> packCalls.addAll(pack.calls()));
    }

    private static void bind(List<Tensor> tensors, long base) {
        for (Tensor tensor : tensors) {
            tensor.placeAt(base + tensor.offset);
        }
    }

    private void prepare(Program program) {
        for (Segment segment : program.segments) {
            segment.chunked.forEach(part -> part.work().prepare(segment.chunk(share())));
            segment.shared.forEach(part -> part.work().prepare(share()));
        }
    }

    // ------------------------------------------------------------------ what nodes ask

    int lanes() {
        return lanes.count();
    }

    /** The largest number of examples that a lane gets. */
    int share() {
        return (capacity + lanes() - 1) / lanes();
    }

    /** Null where batch norm sees this plan's batch alone. */
    StatisticsExchange exchange() {
        return exchange;
    }

    Precision precision() {
        return precision;
    }

    /** Told by a node, while it is made, whose products' factors are rounded. */
    void noteRounding() {
        rounds = true;
    }

    /** Whether the precision shows: whether a layer is such that its products' factors are rounded. */
    public boolean rounds() {
        return rounds;
    }

    NativeMemory memory() {
        return memory;
    }

    List<PackedWeights> packs() {
        return packs;
    }

    long parameterAddress(long element) {
        return parameterAddress + element * Float.BYTES;
    }

    /** Where a node reads its weights and bias: in the flat vector, or in a copy that DropConnect has thinned. */
    long weightsAddress(Graph.Node node) {
        return thinned.getOrDefault(node.index(), parameterAddress(node.parametersAt()));
    }

    void readWeightsFrom(Graph.Node node, long address) {
        thinned.put(node.index(), address);
    }

    /** Returns when all lanes are here; within joint work. */
    void meet() {
        lanes.meet();
    }

    long gradientAddress(long element) {
        return gradientAddress + element * Float.BYTES;
    }

    ByteBuffer parameterBuffer() {
        return parameters;
    }

    ByteBuffer gradientBuffer() {
        return gradients;
    }

    long seed() {
        return seed;
    }

    long firstExample() {
        return firstExample;
    }

    int label(int place) {
        return labels.get(labels.position() + place);
    }

    /** Of an example's label, that its other label leaves it. */
    double ownShare(int example) {
        return mixedShares == null ? 1 : 1 - mixedShares.get(mixedShares.position() + example);
    }

    /** Where {@link #ownShare} is below 1. */
    int otherLabel(int example) {
        return mixedLabels.get(mixedLabels.position() + example);
    }

    double exampleWeight(int example) {
        return exampleWeights == null ? 1 : exampleWeights[example];
    }

    void predicted(int place, int best) {
        if (predictions != null) {
            predictions[place] = best;
        }
    }

    Joint packJoint() {
        return (lane, count, examples) -> {
            for (int i = lane.index; i < packCalls.size(); i += count) {
                packCalls.get(i).execute(lane);
            }
        };
    }

    Step inputStep(Tensor y) {
        return (lane, from, to) ->
                y.buffer.put(y.at(from), features, features.position() + y.at(from), y.at(to) - y.at(from));
    }

    Step inputGradientStep(Tensor gradient) {
        return (lane, from, to) -> inputGradient.put(
                gradient.at(from), gradient.buffer, gradient.at(from), gradient.at(to) - gradient.at(from));
    }

    Step copyStep(Tensor x, Tensor y) {
        return (lane, from, to) -> y.buffer.put(y.at(from), x.buffer, x.at(from), x.at(to) - x.at(from));
    }

    // ------------------------------------------------------------------ passes

    @Override
    public ByteBuffer parameters() {
        return parameters.duplicate().order(ByteOrder.nativeOrder());
    }

    @Override
    public ByteBuffer gradients() {
        return gradients.duplicate().order(ByteOrder.nativeOrder());
    }

    @Override
    public int capacity() {
        return capacity;
    }

    /** Bytes outside the heap: parameters, gradients, packed weights and activations. */
    public long nativeBytes() {
        return memory.bytes();
    }

    @Override
    public PassResult forwardBackward(
            ByteBuffer batch, IntBuffer classes, int examples, long first, long noiseSeed, LongConsumer listener) {
        if (examples == 0) {
            if (exchange
                    != null) { // the other ranks wait for this one's share of their statistics: nothing, of no pixels
                lanes.run(lane -> pass(training, lane, 0), () -> {});
            }
            Pointer.memset(new Address().to(gradientAddress), 0, gradients.capacity());
            listener.accept(0);
            return new PassResult(0, 0);
        }
        take(batch, classes, examples);
        seed = noiseSeed;
        firstExample = first;
        predictions = null;
        scores = compiler.scores(true);
        watermark = Long.MAX_VALUE;
        announced = Long.MAX_VALUE;
        lanes.run(lane -> pass(training, lane, examples), () -> announce(listener));
        if (announced != 0) {
            listener.accept(0);
        }
        return compiler.loss().result(examples);
    }

    private void announce(LongConsumer listener) {
        long now = watermark;
        if (now < announced) {
            announced = now;
            listener.accept(now);
        }
    }

    @Override
    public PassResult evaluate(ByteBuffer batch, IntBuffer classes, int examples, int[] predicted) {
        if (examples == 0) {
            return new PassResult(0, 0);
        }
        take(batch, classes, examples);
        if (predicted != null && predicted.length < buffers.labels(examples)) {
            throw new IllegalArgumentException(
                    "room for " + predicted.length + " predictions, of " + buffers.labels(examples));
        }
        predictions = predicted;
        scores = compiler.scores(false);
        lanes.run(lane -> pass(evaluation, lane, examples), () -> {});
        return compiler.loss().result(examples);
    }

    /**
     * Forward of a graph that ends with {@link Output}; {@link #scores} has what is handed out.
     *
     * @param asTraining with noise and this batch's statistics; otherwise as in inference
     */
    public void forward(ByteBuffer batch, int examples, long first, long noiseSeed, boolean asTraining) {
        take(batch, NO_LABELS, examples);
        seed = noiseSeed;
        firstExample = first;
        scores = compiler.scores(asTraining);
        lanes.run(lane -> pass(asTraining ? training : evaluation, lane, examples), () -> {});
    }

    /**
     * What the last node read in the last {@link #evaluate} or {@link #forward}: (examples, steps, classes) float32,
     * native order, of that pass's examples. Valid until the next pass.
     */
    public ByteBuffer scores() {
        return scores.buffer.slice(0, scores.at(scored)).asReadOnlyBuffer().order(ByteOrder.nativeOrder());
    }

    /** The numbers that a graph ending with {@link Judgement} gave in its last pass; an example each. */
    public float[] judgements() {
        return ((JudgementNode) compiler.loss()).judgements();
    }

    /**
     * What the loss of each example counts, of a graph that ends with {@link Judgement}, from the next pass on.
     *
     * @param weights at least as many as examples; null: 1 each
     */
    public void weighExamples(float[] weights) {
        exampleWeights = weights;
    }

    /**
     * Second labels of a classifier's examples, from the next pass on: the target of a softmax is (1 - share) of the label
     * and share of the other one.
     *
     * @param others as many as the pass has examples; null: there are none
     * @param shares from 0 to 1, as many
     * @throws IllegalStateException if the loss is one of each step, or no softmax
     */
    public void mixLabels(IntBuffer others, FloatBuffer shares) {
        if (others != null && !(compiler.loss() instanceof SoftmaxLossNode softmax && softmax.takesMixtures())) {
            throw new IllegalStateException("labels are mixed for a softmax of one label an example");
        }
        mixedLabels = others;
        mixedShares = shares;
    }

    /** After a pass of a graph {@link Graph#towardsInput}: (examples, height, width, channels). */
    public ByteBuffer inputGradient() {
        return inputGradient.duplicate().order(ByteOrder.nativeOrder());
    }

    private void take(ByteBuffer batch, IntBuffer classes, int examples) {
        buffers.check(batch, classes, examples);
        if (mixedLabels != null && (mixedLabels.remaining() != examples || mixedShares.remaining() != examples)) {
            throw new IllegalArgumentException(mixedLabels.remaining() + " second labels and " + mixedShares.remaining()
                    + " shares of them, for " + examples + " examples");
        }
        if (exampleWeights != null && exampleWeights.length < examples) {
            throw new IllegalArgumentException(exampleWeights.length + " weights for " + examples + " examples");
        }
        features = batch;
        labels = classes;
        scored = examples;
    }

    private void pass(Program program, Lane lane, int examples) {
        lane.from = Lane.shareStart(lane.index, lanes(), examples);
        lane.to = Lane.shareStart(lane.index + 1, lanes(), examples);
        for (Segment segment : program.segments) {
            segment.run(lane);
            lanes.meet();
            if (!segment.joints.isEmpty()) {
                segment.runJoints(lane, lanes(), examples);
                lanes.meet();
            }
            if (lane.index == 0 && segment.watermark >= 0) {
                watermark = segment.watermark;
                lanes.wakeOwner();
            }
        }
    }

    // ------------------------------------------------------------------ other work for the plan's threads

    /** Work that threads share. */
    public interface SharedWork {
        /** @param thread from 0 (inclusive) to threads (exclusive) */
        void run(int thread, int threads);
    }

    public int threads() {
        return lanes();
    }

    /** Runs on each of the plan's threads, and waits for all of them. */
    public void onEveryThread(SharedWork work) {
        lanes.run(lane -> work.run(lane.index, lanes()), () -> {});
    }

    // ------------------------------------------------------------------ where the time goes

    /** Of one example; see {@link Graph#forwardFlop}. */
    public long forwardFlop() {
        return graph.forwardFlop();
    }

    /** Counts the time of every step from now on. */
    public void startProfile() {
        training.segments.forEach(segment -> segment.profile(lanes()));
    }

    /** What each step of training has taken since {@link #startProfile}, in the order of execution. */
    public List<StepProfile> profile() {
        Map<String, StepProfile> steps = new LinkedHashMap<>();
        for (Segment segment : training.segments) {
            List<Part<?>> parts = segment.parts();
            for (int i = 0; i < parts.size(); i++) {
                long nanos = Arrays.stream(segment.nanos[i]).sum();
                Part<?> part = parts.get(i);
                StepProfile step =
                        StepProfile.of(graph, part.name(), nanos, part.bytes(), capacity, compiler::convolutionOf);
                steps.merge(step.name(), step, StepProfile::and);
            }
        }
        return List.copyOf(steps.values());
    }

    @Override
    public void close() {
        lanes.close();
        packs.forEach(PackedWeights::close);
        if (compiler != null) {
            for (AutoCloseable each : compiler.owned()) {
                closeQuietly(each);
            }
        }
        memory.close();
    }

    private static void closeQuietly(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
