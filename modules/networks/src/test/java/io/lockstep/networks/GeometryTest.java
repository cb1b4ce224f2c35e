package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.reference.ReferenceBackend;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.BatchResult;
import io.lockstep.training.NetworkReplica;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Layers with windows, of random sizes ({@link Geometries}), in both runtimes against plain DL4J without ND4J's oneDNN
 * helpers: loss, gradient and evaluation of one batch. Some hundred; any number by
 *
 * <pre>
 *   mvn -pl modules/networks -am test -Dtest=GeometryTest -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Dlockstep.geometries=2000 -Dlockstep.seed=7
 * </pre>
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class GeometryTest {
    private static final int COUNT = Integer.getInteger("lockstep.geometries", 200);
    private static final long SEED = Long.getLong("lockstep.seed", 1);
    private static final int BATCH = 3;
    private static final float TOLERANCE = 3e-4f;

    /** What the engine does not have, of layers that it has. */
    private static final List<String> REFUSED = List.of(
            "transposed convolution of mode Same with a stride",
            "pooling with as much padding",
            "does not fit an input of");

    /** DL4J tells no cross-entropy of more than -log(1e-10) a label, whatever the gradient: LossMCXENT's softmaxClipEps. */
    private static final double LARGEST_LOSS = 23;

    private int compiled;
    private int refused;
    private int infinite;
    private int refusedByDl4j;

    @Test
    void layersOfEveryGeometryAreDl4jsOrRefusedByName() {
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            Geometries.Drawn drawn = Geometries.draw(SEED, i);
            try {
                compare(drawn);
            } catch (RuntimeException | AssertionError e) {
                wrong.add("geometry " + i + " of seed " + SEED + ", " + drawn.what() + ": "
                        + e.toString().replaceAll("\\s+", " "));
            }
        }
        String tally = COUNT + " geometries of seed " + SEED + ": " + compiled + " compiled, " + refused
                + " refused by name, " + infinite + " without finite numbers in DL4J, " + refusedByDl4j
                + " that DL4J refuses";
        System.out.println(tally);
        assertThat(wrong).as(tally).isEmpty();
        assertThat(compiled).isGreaterThan(COUNT / 3);
    }

    /** What one batch gives. */
    private record Result(double loss, double evaluated, float[] gradient) {
        boolean isFinite() {
            boolean finite = Double.isFinite(loss) && Double.isFinite(evaluated);
            for (float each : gradient) {
                finite &= Float.isFinite(each);
            }
            return finite;
        }
    }

    private void compare(Geometries.Drawn drawn) {
        NetworkDefinition definition = drawn.definition();
        Batch batch = Networks.batch(definition, 11, 0, BATCH);
        Result expected;
        try {
            expected = plain(drawn, batch);
        } catch (RuntimeException e) { // ND4J has operations that refuse a geometry
            refusedByDl4j++;
            compiledOrRefused(drawn, batch);
            return;
        }
        if (!expected.isFinite()) {
            infinite++;
            compiledOrRefused(drawn, batch);
            return;
        }
        try {
            Dl4jReplica dl4j = new Dl4jReplica(definition, BATCH, 0);
            if (drawn.gradientOfReference()) {
                expected = new Result(expected.loss(), expected.evaluated(), referenceGradient(dl4j, drawn, batch));
            }
            assertSame("DL4J's runtime", run(dl4j, batch), expected);
        } catch (UnsupportedOperationException e) {
            assertThat(e).hasMessageContaining("its oneDNN helper gets wrong").hasMessageContaining("it");
        } catch (RuntimeException e) {
            assertThat(e).hasMessageContaining("execution failed");
            refusedByDl4j++;
        }
        Result actual = compiledOrRefused(drawn, batch);
        if (actual != null) {
            assertSame("compiled", actual, expected);
        }
    }

    private static void assertSame(String runtime, Result actual, Result expected) {
        assertSameLoss(runtime + ", loss", actual.loss(), expected.loss());
        assertSameLoss(runtime + ", evaluation", actual.evaluated(), expected.evaluated());
        assertThat(actual.gradient()).hasSameSizeAs(expected.gradient());
        for (int i = 0; i < expected.gradient().length; i++) {
            float wanted = expected.gradient()[i];
            assertThat(actual.gradient()[i])
                    .as(runtime + ", gradient " + i)
                    .isCloseTo(wanted, within(TOLERANCE * (1 + Math.abs(wanted))));
        }
    }

    private static void assertSameLoss(String what, double actual, double expected) {
        if (expected < LARGEST_LOSS) {
            assertThat(actual).as(what).isCloseTo(expected, within(1e-3));
        } else {
            assertThat(actual).as(what).isGreaterThan(expected - 1e-3);
        }
    }

    /** Null where it was refused. */
    private Result compiledOrRefused(Geometries.Drawn drawn, Batch batch) {
        CompiledReplica replica;
        try {
            replica = new CompiledReplica(drawn.definition(), BATCH, 0, 2);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            refused++;
            assertThat(e).hasMessageContaining("it");
            assertThat(!drawn.compiles() || REFUSED.stream().anyMatch(e.getMessage()::contains))
                    .as("refused: %s", e)
                    .isTrue();
            return null;
        }
        try (replica) {
            compiled++;
            return run(replica, CompiledReplicaTest.channelsLast(drawn.definition(), batch));
        }
    }

    private static Result run(NetworkReplica replica, Batch batch) {
        replica.parameters()
                .asFloatBuffer()
                .put(0, parameters(replica.parameters().limit() / Float.BYTES));
        replica.forwardBackward(batch, 1, mark -> {});
        // once more: memory that nobody writes holds something else then
        BatchResult result = replica.forwardBackward(batch, 1, mark -> {});
        float[] gradient = Networks.floats(replica.gradients());
        double evaluated = replica.evaluate(batch, new int[BATCH]).lossSum();
        return new Result(result.lossSum(), evaluated, gradient);
    }

    private static float[] parameters(int count) {
        Random random = new Random(5);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (0.4 * random.nextGaussian());
        }
        return values;
    }

    private static Result plain(Geometries.Drawn drawn, Batch batch) {
        Nd4j.getEnvironment().allowHelpers(false);
        ComputationGraph graph = Networks.plain(drawn.definition());
        try {
            graph.initGradientsView();
            graph.params()
                    .assign(Nd4j.createFromArray(parameters((int) graph.numParams()))
                            .reshape(graph.params().shape()));
            DataSet set = Networks.dataSet(drawn.definition(), batch);
            graph.setInputs(set.getFeatures());
            graph.setLabels(set.getLabels());
            graph.computeGradientAndScore();
            INDArray flat = graph.getFlattenedGradients();
            float[] gradient = flat.reshape(flat.length()).toFloatVector();
            double loss = graph.score() * BATCH;
            return new Result(loss, graph.score(set, false) * BATCH, gradient);
        } finally {
            Nd4j.getEnvironment().allowHelpers(true);
        }
    }

    /** In double precision, by the engine's reference, which central differences hold to its forward. */
    private static float[] referenceGradient(Dl4jReplica dl4j, Geometries.Drawn drawn, Batch batch) {
        Graph graph = CompiledReplica.graphOf(dl4j, drawn.definition());
        Batch images = CompiledReplicaTest.channelsLast(drawn.definition(), batch);
        try (Plan plan = new ReferenceBackend().compile(graph, PlanOptions.of(BATCH))) {
            FloatBuffer parameters = plan.parameters().asFloatBuffer();
            parameters.put(0, parameters(parameters.limit()));
            plan.forwardBackward(images.features(), images.labels(), BATCH, 0, 1, mark -> {});
            return Networks.floats(plan.gradients());
        }
    }
}
