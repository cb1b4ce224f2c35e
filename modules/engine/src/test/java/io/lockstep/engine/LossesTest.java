package io.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.engine.cpu.CpuBackend;
import io.lockstep.engine.operations.ElementLosses.ElementLoss;
import io.lockstep.engine.operations.ElementLosses.Kind;
import io.lockstep.engine.operations.Losses.BinaryLoss;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.VectorLosses.Contrastive;
import io.lockstep.engine.operations.VectorLosses.Cosine;
import io.lockstep.engine.operations.VectorLosses.DistributionCrossEntropy;
import io.lockstep.engine.operations.VectorLosses.Triplet;
import io.lockstep.engine.operations.VectorLosses.WeightedCrossEntropy;
import io.lockstep.engine.reference.ReferenceBackend;
import io.lockstep.engine.reference.ReferenceNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every loss against PyTorch's numbers, its own slope, and the reference. */
class LossesTest {
    private static final int NUMBERS = 4;
    private static final int EXAMPLES = 5;
    private static final int VECTORS = 5; // features, labels, weights, loss, gradient
    private static final String NUMBERS_OF_SCRIPT = "#: ";

    private static final Map<String, Loss> PYTORCHS = Map.ofEntries(
            Map.entry("squared", new ElementLoss(Kind.SQUARED, false)),
            Map.entry("absolute", new ElementLoss(Kind.ABSOLUTE, false)),
            Map.entry("huber", new ElementLoss(Kind.HUBER, false).withAlpha(0.7)),
            Map.entry("smooth-absolute", new ElementLoss(Kind.SMOOTH_ABSOLUTE, false).withAlpha(0.7)),
            Map.entry("poisson", new ElementLoss(Kind.POISSON, false).withAlpha(1e-3)),
            Map.entry("poisson-of-logarithm", new ElementLoss(Kind.POISSON_OF_LOGARITHM, false)),
            Map.entry("kullback-leibler", new ElementLoss(Kind.KULLBACK_LEIBLER, false)),
            Map.entry("hinge", new ElementLoss(Kind.HINGE, false)),
            Map.entry("squared-hinge", new ElementLoss(Kind.SQUARED_HINGE, false)),
            Map.entry("binary-cross-entropy", new ElementLoss(Kind.BINARY_CROSS_ENTROPY, false)),
            Map.entry(
                    "binary-cross-entropy-of-probability",
                    new ElementLoss(Kind.BINARY_CROSS_ENTROPY_OF_PROBABILITY, false)),
            Map.entry("cross-entropy-of-probability", new ElementLoss(Kind.CROSS_ENTROPY_OF_PROBABILITY, false)),
            Map.entry("focal", new ElementLoss(Kind.FOCAL, false)),
            Map.entry("wasserstein", new ElementLoss(Kind.WASSERSTEIN, false)),
            Map.entry("squared-logarithmic", new ElementLoss(Kind.SQUARED_LOGARITHMIC, false)),
            Map.entry("absolute-percentage", new ElementLoss(Kind.ABSOLUTE_PERCENTAGE, false)),
            Map.entry("distribution-cross-entropy", new DistributionCrossEntropy(0.1, List.of())),
            Map.entry("weighted-cross-entropy", new WeightedCrossEntropy(List.of(0.5, 1.0, 2.0, 1.5))),
            Map.entry("cosine", new Cosine(1)),
            Map.entry("contrastive", new Contrastive(3)),
            Map.entry("triplet", new Triplet(0.5, 1e-6)));

    static Stream<String> names() {
        return PYTORCHS.keySet().stream().sorted();
    }

    @Test
    void everyKindOfElementLossHasNumbersOfPyTorch() {
        EnumSet<Kind> left = EnumSet.allOf(Kind.class);
        PYTORCHS.values().forEach(loss -> left.remove(loss instanceof ElementLoss element ? element.kind() : null));
        assertThat(left).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("names")
    void lossAndGradientArePyTorchs(String name) throws IOException {
        Map<String, float[]> expected = numbers(name);
        Loss loss = PYTORCHS.get(name);
        int rows = expected.get("weights").length;
        Graph graph = identity(loss).towardsInput();
        for (Backend backend : backends()) {
            try (Plan plan = backend.compile(graph, PlanOptions.of(rows).withThreads(2))) {
                identity(plan, loss.predictions() * NUMBERS);
                Pass pass =
                        plan.pass().features(bytes(expected.get("features"))).examples(rows);
                pass.set(Columns.WEIGHTS, FloatBuffer.wrap(expected.get("weights")));
                labels(pass, loss, expected.get("labels"));
                plan.forwardBackward(pass, mark -> {});
                float wanted = expected.get("loss")[0];
                assertThat(plan.sums().of(Loss.LOSS)).isCloseTo(wanted, within(1e-5 + 1e-5 * Math.abs(wanted)));
                assertThat(plan.sums().of(Loss.COUNT)).isEqualTo(rows - 1); // one row weighs nothing
                PyTorchFixtureTest.assertClose(plan.inputGradient(), expected.get("gradient"));
            }
        }
    }

    /** What the script losses.py has written behind itself: a line of the name, then of each vector its name and numbers. */
    private static Map<String, float[]> numbers(String loss) throws IOException {
        try (InputStream in = LossesTest.class.getResourceAsStream("losses.py")) {
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(NUMBERS_OF_SCRIPT))
                    .map(line -> line.substring(NUMBERS_OF_SCRIPT.length()))
                    .toList();
            int first = lines.indexOf(loss) + 1;
            assertThat(first).as("numbers of %s in losses.py", loss).isPositive();
            return PyTorchFixtureTest.vectors(lines.subList(first, first + VECTORS));
        }
    }

    private static List<Backend> backends() {
        return List.of(new CpuBackend(), new ReferenceBackend());
    }

    /** The features are the predictions, by way of a product with the identity. */
    private static Graph identity(Loss loss) {
        int numbers = loss.predictions() * NUMBERS;
        return reading(new GraphBuilder(Shape.vector(numbers)).add("all", new Dense(numbers, false)), loss);
    }

    private static Graph reading(GraphBuilder graph, Loss loss) {
        String[] parts = new String[loss.predictions()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = "part" + i;
            graph.add(parts[i], new ChannelRange(i * NUMBERS, NUMBERS), "all");
        }
        return graph.add("loss", loss, parts).build();
    }

    private static void identity(Plan plan, int numbers) {
        for (int i = 0; i < numbers; i++) {
            plan.parameters().putFloat(i * (numbers + 1) * Float.BYTES, 1);
        }
    }

    private static void labels(Pass pass, Loss loss, float[] labels) {
        if (!pass.has(Columns.LABELS)) {
            return; // a triplet has none
        }
        if (loss.reads(1) == ElementType.INT32) {
            int[] classes = new int[labels.length];
            Arrays.setAll(classes, i -> (int) labels[i]);
            pass.set(Columns.LABELS, IntBuffer.wrap(classes));
        } else {
            pass.set(Columns.LABELS, FloatBuffer.wrap(labels));
        }
    }

    /** On sequences, with weights of examples and a mask of steps. */
    @ParameterizedTest
    @MethodSource("names")
    void onSequencesTheCpuIsTheReferenceAndBackwardIsTheSlope(String name) {
        Loss loss = PYTORCHS.get(name);
        int steps = 3;
        int numbers = loss.predictions() * NUMBERS;
        Graph graph = reading(new GraphBuilder(Shape.sequence(steps, 2)).add("all", new Dense(numbers, true)), loss);
        Random random = new Random(4);
        double[][] given = new double[graph.inputs().size()][];
        for (int slot = 0; slot < given.length; slot++) {
            given[slot] = column((Operation.Input) graph.inputs().get(slot).operation(), random);
        }
        float[] parameters = parameters(graph, numbers);
        try (Plan cpu = new CpuBackend().compile(graph, PlanOptions.of(EXAMPLES).withThreads(2));
                Plan reference = new ReferenceBackend().compile(graph, PlanOptions.of(EXAMPLES))) {
            for (Plan plan : List.of(cpu, reference)) {
                TestData.load(plan, parameters);
                plan.forwardBackward(pass(plan, given), mark -> {});
            }
            assertSame(cpu, reference);
            assertSlope(graph, parameters, given, reference.gradients());
            cpu.evaluate(cpu.pass());
            reference.evaluate(reference.pass());
            assertSame(cpu, reference);
        }
    }

    /** Such that predictions lie between 0 and 1, where every loss has a slope. */
    private static float[] parameters(Graph graph, int numbers) {
        Random random = new Random(5);
        float[] parameters = new float[(int) graph.parameters()];
        for (int i = 0; i < parameters.length; i++) {
            boolean bias = i >= parameters.length - numbers;
            parameters[i] = bias ? 0.4f + 0.02f * random.nextFloat() : 0.1f * random.nextFloat() - 0.05f;
        }
        return parameters;
    }

    private static double[] column(Operation.Input input, Random random) {
        double[] values = new double[EXAMPLES * input.shape().elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (input.column()) {
                case Columns.LABELS ->
                    input.type() == ElementType.INT32
                            ? random.nextInt(NUMBERS + 1) - 1
                            : (float) (0.1 + 0.8 * random.nextDouble());
                case Columns.WEIGHTS -> i == 1 ? 0 : (float) (0.5 + random.nextDouble());
                case Columns.MASK -> random.nextInt(4) == 0 ? 0 : 1;
                default -> (float) (2 * random.nextDouble() - 1);
            };
            if (input.column().equals(Columns.LABELS) && input.type() == ElementType.INT32) {
                values[i] = Math.max(0, values[i]);
            }
        }
        return values;
    }

    private static Pass pass(Plan plan, double[][] given) {
        Pass pass = plan.pass().examples(EXAMPLES).seed(3);
        List<Graph.Node> inputs = plan.graph().inputs();
        for (int slot = 0; slot < given.length; slot++) {
            Operation.Input input = (Operation.Input) inputs.get(slot).operation();
            ByteBuffer bytes = ByteBuffer.allocateDirect(given[slot].length * ElementType.BYTES)
                    .order(ByteOrder.nativeOrder());
            for (int i = 0; i < given[slot].length; i++) {
                if (input.type() == ElementType.INT32) {
                    bytes.putInt(i * ElementType.BYTES, (int) given[slot][i]);
                } else {
                    bytes.putFloat(i * ElementType.BYTES, (float) given[slot][i]);
                }
            }
            pass.set(input.column(), bytes);
        }
        return pass;
    }

    static void assertSame(Plan cpu, Plan reference) {
        for (String sum : ((Loss) cpu.graph().last().operation()).sums()) {
            double wanted = reference.sums().of(sum);
            assertThat(cpu.sums().of(sum)).as(sum).isCloseTo(wanted, within(1e-4 + 1e-5 * Math.abs(wanted)));
        }
        assertThat(reference.sums().of(Loss.COUNT)).isPositive();
        ByteBuffer expected = reference.gradients();
        for (int at = 0; at < expected.limit(); at += Float.BYTES) {
            float wanted = expected.getFloat(at);
            assertThat(cpu.gradients().getFloat(at)).isCloseTo(wanted, within(1e-4f + 1e-4f * Math.abs(wanted)));
        }
    }

    private static void assertSlope(Graph graph, float[] parameters, double[][] given, ByteBuffer gradients) {
        double step = 1e-6;
        for (int i = 0; i < parameters.length; i++) {
            double slope =
                    (objective(graph, parameters, i, step, given) - objective(graph, parameters, i, -step, given))
                            / (2 * step);
            assertThat((double) gradients.getFloat(i * Float.BYTES))
                    .as("parameter " + i)
                    .isCloseTo(slope, within(1e-4 + 1e-5 * Math.abs(slope)));
        }
    }

    private static double objective(Graph graph, float[] parameters, int moved, double by, double[][] given) {
        double[] all = new double[parameters.length];
        Arrays.setAll(all, i -> parameters[i] + (i == moved ? by : 0));
        ReferenceNetwork network = new ReferenceNetwork(graph, all, true, 3, 0);
        network.forward(given, EXAMPLES);
        return network.objective();
    }

    @Test
    void lossesOfAnyNumberAndWeightAddUp() {
        for (Backend backend : backends()) {
            float[] squared = gradient(backend, twoHeads(1, 0));
            float[] hinge = gradient(backend, twoHeads(0, 1));
            float[] both = gradient(backend, twoHeads(0.5, 3));
            for (int i = 0; i < both.length; i++) {
                float wanted = 0.5f * squared[i] + 3 * hinge[i];
                assertThat(both[i]).isCloseTo(wanted, within(1e-5f + 1e-5f * Math.abs(wanted)));
            }
        }
    }

    private static Graph twoHeads(double first, double second) {
        return new GraphBuilder(Shape.vector(3))
                .input("numbers", Shape.vector(2), ElementType.FLOAT32)
                .input("signs", Shape.vector(1), ElementType.FLOAT32)
                .add("trunk", new Dense(4, true), "input")
                .add("a", new Dense(2, true), "trunk")
                .loss("squares", new ElementLoss(Kind.SQUARED, true), first, "a", "numbers")
                .add("b", new Dense(1, true), "trunk")
                .output("b")
                .loss("sides", new ElementLoss(Kind.HINGE, false), second, "b", "signs")
                .build();
    }

    private static float[] gradient(Backend backend, Graph graph) {
        try (Plan plan = backend.compile(graph, PlanOptions.of(2))) {
            TestData.load(plan, TestData.parameters(graph, 1));
            Pass pass = plan.pass().features(bytes(0.1f, -0.4f, 0.3f, 1, 0, -1)).examples(2);
            pass.set("numbers", FloatBuffer.wrap(new float[] {1, 0, 0.5f, -1}));
            pass.set("signs", FloatBuffer.wrap(new float[] {1, -1}));
            plan.forwardBackward(pass, mark -> {});
            float[] handedOut = {plan.output("b").getFloat(0), plan.output("b").getFloat(4)};
            double sides = Math.max(0, 1 - handedOut[0]) + Math.max(0, 1 + handedOut[1]);
            assertThat(plan.sums().of("sides", Loss.LOSS)).isCloseTo(sides, within(1e-6));
            assertThat(plan.sums().of(Loss.LOSS)).isEqualTo(plan.sums().of("sides", Loss.LOSS));
            double squares = plan.sums().of("squares", Loss.LOSS);
            double total =
                    graph.lossWeight(graph.named("squares")) * squares + graph.lossWeight(graph.named("sides")) * sides;
            assertThat(plan.sums().total()).isCloseTo(total, within(1e-6));
            plan.evaluate(pass);
            assertThat(plan.sums().of("squares", Loss.LOSS)).isCloseTo(squares, within(1e-6));
            assertThat(plan.output("a").limit()).isEqualTo(2 * 2 * Float.BYTES);
            assertThatThrownBy(() -> plan.output("trunk"))
                    .as(backend.name())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("trunk");
            float[] gradients = new float[(int) graph.parameters()];
            plan.gradients().asFloatBuffer().get(gradients);
            return gradients;
        }
    }

    @Test
    void whatALossCannotReadIsRefusedByName() {
        GraphBuilder graph = new GraphBuilder(Shape.vector(3)).add("a", new Dense(2, true));
        assertThatThrownBy(() -> graph.add("loss", new SoftmaxCrossEntropy(0), "a", "input"))
                .hasMessageContainingAll("loss", "INT32", "input is FLOAT32");
        assertThatThrownBy(() -> graph.add("loss", new ElementLoss(Kind.SQUARED, true), "a", "input"))
                .hasMessageContainingAll("loss", "as many numbers");
        assertThatThrownBy(() -> graph.add("loss", new WeightedCrossEntropy(List.of(1.0)), "a"))
                .hasMessageContainingAll("1 weights", "2 numbers");
        graph.add("first", new SoftmaxCrossEntropy(0), "a");
        assertThatThrownBy(() -> graph.add("second", new ElementLoss(Kind.SQUARED, true), "a"))
                .hasMessageContainingAll("second", "the input labels is INT32");
        assertThatThrownBy(() -> new Pass(graph.build()).set("nothing", bytes(1)))
                .hasMessageContainingAll("nothing", "labels", "weights");
    }

    /** Somebody else's network may call its layers what data sets call their columns. */
    @Test
    void nodesMayHaveTheNamesOfColumns() {
        Graph graph = new GraphBuilder(Shape.vector(1), Columns.LABELS)
                .reserve(List.of(Columns.WEIGHTS))
                .add(Columns.WEIGHTS, new Dense(2, true), Columns.LABELS)
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
        Pass pass = new Pass(graph).features(bytes(1)).examples(1);
        new PassBuffers(graph, 1).check(pass.set(Columns.LABELS, IntBuffer.wrap(new int[] {1})));
        assertThat(graph.nodes()).extracting(Graph.Node::name).doesNotHaveDuplicates();
    }

    @Test
    void anInputThatAPassDoesNotGiveIsMissedOrStoodInFor() {
        Graph graph = new GraphBuilder(Shape.vector(1))
                .add("z", new Dense(1, true))
                .add("loss", new BinaryLoss(Rule.WASSERSTEIN))
                .build();
        for (Backend backend : backends()) {
            try (Plan plan = backend.compile(graph, PlanOptions.of(2))) {
                TestData.load(plan, new float[] {1, 0});
                Pass pass = plan.pass().features(bytes(2, 3)).examples(2);
                assertThatThrownBy(() -> plan.evaluate(pass)).hasMessageContaining("without labels");
                plan.evaluate(pass.set(Columns.LABELS, IntBuffer.wrap(new int[] {0, 0})));
                assertThat(plan.sums().of(Loss.LOSS)).isEqualTo(5);
            }
        }
    }

    static ByteBuffer bytes(float... values) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
        buffer.asFloatBuffer().put(values);
        return buffer;
    }
}
