package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Pass;
import io.lockstep.engine.PassBuffers;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.Precision;
import io.lockstep.engine.StatisticsExchange;
import io.lockstep.engine.Sums;
import io.lockstep.engine.TaskProfile;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.onednn.Address;
import io.lockstep.engine.cpu.onednn.Call;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.Lanes;
import io.lockstep.engine.cpu.onednn.NativeMemory;
import io.lockstep.engine.cpu.onednn.PackedWeights;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.bytedeco.javacpp.Pointer;

/** A graph made ready for the CPU; see the package's description. */
final class CpuPlan implements Plan, Machine {
    private final int capacity;
    private final PassBuffers buffers;
    private final Graph graph;
    private final NativeMemory memory = new NativeMemory();
    private final PlanVectors vectors;
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

    private final Pass ownPass;
    private final Sums sums;
    private final List<Graph.Node> inputs;
    /** Nodes with parameters that are given, or that no loss hears of: nobody writes their gradients. */
    private final List<Graph.Node> unheard;

    // what a pass works on; written before the lanes start
    private Pass pass;
    private boolean trained;
    private volatile long watermark;
    private volatile boolean rounds;
    private long announced;
    private final LongConsumer announcements = this::gradientsAreFinalFrom;

    CpuPlan(Graph graph, PlanOptions options) {
        this.graph = graph;
        precision = options.precision();
        exchange = options.statistics();
        capacity = options.capacity();
        buffers = new PassBuffers(graph, capacity);
        ownPass = new Pass(graph);
        pass = ownPass;
        sums = new Sums(graph);
        inputs = graph.inputs();
        unheard = graph.nodes().stream()
                .filter(node -> node.parameters() > 0)
                .filter(node -> !graph.wantsGradient(node) || graph.frozen().contains(node))
                .toList();
        vectors = new PlanVectors(graph.parameters(), options.parameters(), options.gradients(), memory);
        long inputBytes = (long) graph.inputShape().elements() * Float.BYTES * capacity;
        inputGradient = graph.inputGradient() ? NativeMemory.view(memory.allocate(inputBytes), inputBytes) : null;
        lanes = new Lanes(options.threads(), "lockstep-engine");
        try {
            // on a lane, because oneDNN asks the thread that makes a primitive how many threads there are
            lanes.run(lane -> compileOn(lane, graph), () -> {});
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void compileOn(Lane lane, Graph graph) {
        if (lane.index() != 0) {
            return;
        }
        compiler = new Compiler(this, graph);
        training = compiler.program(true);
        evaluation = compiler.program(false);
        long arena = memory.allocate(Math.max(training.layOut(), evaluation.layOut()));
        for (Program program : List.of(training, evaluation)) {
            program.lieAt(arena);
            program.prepare(share());
        }
        packs.forEach(pack -> packCalls.addAll(pack.calls()));
    }

    // ------------------------------------------------------------------ what nodes ask

    @Override
    public int lanes() {
        return lanes.count();
    }

    @Override
    public int share() {
        return (capacity + lanes() - 1) / lanes();
    }

    @Override
    public StatisticsExchange exchange() {
        return exchange;
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public void noteRounding() {
        rounds = true;
    }

    @Override
    public boolean rounds() {
        return rounds;
    }

    @Override
    public NativeMemory memory() {
        return memory;
    }

    @Override
    public List<PackedWeights> packs() {
        return packs;
    }

    @Override
    public long parameterAddress(long element) {
        return vectors.parameterAddress + element * Float.BYTES;
    }

    @Override
    public long weightsAddress(Graph.Node node) {
        return thinned.getOrDefault(node.index(), parameterAddress(node.parametersAt()));
    }

    void readWeightsFrom(Graph.Node node, long address) {
        thinned.put(node.index(), address);
    }

    /** Returns when all lanes are here; within joint work. */
    void meet() {
        lanes.meet();
    }

    @Override
    public long gradientAddress(long element) {
        return vectors.gradientAddress + element * Float.BYTES;
    }

    @Override
    public ByteBuffer parameterBuffer() {
        return vectors.parameters;
    }

    @Override
    public ByteBuffer gradientBuffer() {
        return vectors.gradients;
    }

    @Override
    public long seed() {
        return pass.seed();
    }

    @Override
    public long firstExample() {
        return pass.firstExample();
    }

    Joint packJoint() {
        return (lane, count, examples) -> {
            for (int i = lane.index(); i < packCalls.size(); i += count) {
                packCalls.get(i).execute(lane);
            }
        };
    }

    @Override
    public ExampleTask inputTask(Graph.Node node, Tensor y) {
        int slot = inputs.indexOf(node);
        int elements = node.shape().elements();
        return (lane, from, to) -> pass.copy(slot, from * elements, (to - from) * elements, y.buffer(), y.at(from));
    }

    ExampleTask inputGradientTask(Tensor gradient) {
        return (lane, from, to) -> inputGradient.put(
                gradient.at(from), gradient.buffer(), gradient.at(from), gradient.at(to) - gradient.at(from));
    }

    // ------------------------------------------------------------------ passes

    @Override
    public ByteBuffer parameters() {
        return vectors.parameters.duplicate().order(ByteOrder.nativeOrder());
    }

    @Override
    public ByteBuffer gradients() {
        return vectors.gradients.duplicate().order(ByteOrder.nativeOrder());
    }

    @Override
    public Graph graph() {
        return graph;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public long nativeBytes() {
        return memory.bytes();
    }

    @Override
    public Pass pass() {
        return ownPass;
    }

    @Override
    public void forwardBackward(Pass given, LongConsumer listener) {
        int examples = given.examples();
        if (examples == 0) {
            if (exchange
                    != null) { // the other ranks wait for this one's share of their statistics: nothing, of no pixels
                lanes.run(lane -> run(training, lane, 0), () -> {});
            }
            Pointer.memset(new Address().to(vectors.gradientAddress), 0, vectors.gradients.capacity());
            sums.clear();
            listener.accept(0);
            return;
        }
        take(given, true);
        for (int i = 0; i < unheard.size(); i++) {
            Graph.Node node = unheard.get(i);
            Pointer.memset(
                    new Address().to(gradientAddress(node.parametersAt())), 0, (long) node.parameters() * Float.BYTES);
        }
        watermark = Long.MAX_VALUE;
        announced = Long.MAX_VALUE;
        lanes.run(lane -> run(training, lane, examples), () -> announce(listener));
        if (announced != 0) {
            listener.accept(0);
        }
        compiler.collect(examples, sums);
    }

    private void announce(LongConsumer listener) {
        long now = watermark;
        if (now < announced) {
            announced = now;
            listener.accept(now);
        }
    }

    @Override
    public void evaluate(Pass given) {
        int examples = given.examples();
        if (examples == 0) {
            pass = given;
            trained = false;
            sums.clear();
            return;
        }
        take(given, false);
        lanes.run(lane -> run(evaluation, lane, examples), () -> {});
        compiler.collect(examples, sums);
    }

    @Override
    public void forward(Pass given, boolean asTraining) {
        int examples = given.examples();
        take(given, asTraining);
        lanes.run(lane -> run(asTraining ? training : evaluation, lane, examples), () -> {});
    }

    @Override
    public Sums sums() {
        return sums;
    }

    @Override
    public ByteBuffer output(String node) {
        return output(graph.named(node));
    }

    @Override
    public ByteBuffer scores() {
        return output(graph.node(graph.last().input()));
    }

    private ByteBuffer output(Graph.Node node) {
        Tensor tensor = compiler.output(trained, node);
        return tensor.buffer()
                .slice(0, tensor.at(pass.examples()))
                .asReadOnlyBuffer()
                .order(ByteOrder.nativeOrder());
    }

    @Override
    public ByteBuffer inputGradient() {
        return inputGradient.duplicate().order(ByteOrder.nativeOrder());
    }

    private void take(Pass given, boolean trains) {
        if (!given.fits(graph)) {
            throw new IllegalArgumentException("this pass is of a graph with other inputs");
        }
        buffers.check(given);
        pass = given;
        trained = trains;
    }

    private void run(Program program, Lane lane, int examples) {
        program.run(lane, lanes, examples, announcements);
    }

    private void gradientsAreFinalFrom(long element) {
        watermark = element;
        lanes.wakeOwner();
    }

    // ------------------------------------------------------------------ other work for the plan's threads

    @Override
    public int threads() {
        return lanes();
    }

    @Override
    public void onEveryThread(SharedWork work) {
        lanes.run(lane -> work.run(lane.index(), lanes()), () -> {});
    }

    // ------------------------------------------------------------------ where the time goes

    @Override
    public void startProfile() {
        training.startTiming(lanes());
    }

    @Override
    public List<TaskProfile> profile() {
        Map<String, TaskProfile> steps = new LinkedHashMap<>();
        for (Program.Timing timing : training.timings()) {
            TaskProfile step = TaskProfiles.of(graph, timing, capacity, compiler::of);
            steps.merge(step.name(), step, TaskProfile::and);
        }
        return List.copyOf(steps.values());
    }

    @Override
    public void close() {
        lanes.close();
        packs.forEach(PackedWeights::close);
        if (compiler != null) {
            compiler.close();
        }
        memory.close();
    }
}
