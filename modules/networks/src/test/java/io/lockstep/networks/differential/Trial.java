package io.lockstep.networks.differential;

import io.lockstep.engine.Precision;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.training.BatchResult;
import io.lockstep.training.Range;
import io.lockstep.training.Replica;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/** One random network, trained for some steps by Lockstep and by DL4J itself. */
final class Trial {
    private static final int STEPS = 2;

    private Trial() {}

    /**
     * @param compiled whether the engine ran it; otherwise DL4J did
     * @param telling whether DL4J's own numbers are good for a comparison
     * @param fault what is wrong, or null
     */
    record Outcome(boolean compiled, boolean telling, String fault, String notice) {}

    static Outcome of(RandomNetwork network) {
        List<Examples> batches = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            batches.add(Examples.of(network.definition(), network.seed() * 10 + step, network.batch()));
        }
        List<String> notices = new ArrayList<>();
        try (Replica replica =
                Replicas.fastest(network.definition(), network.batch(), 0, 1, Precision.FLOAT32, notices::add)) {
            boolean compiled = replica instanceof CompiledReplica;
            String notice = notices.isEmpty() ? "" : notices.get(0);
            float[] parameters = begin(network, replica);
            if (network.noisy()) {
                PlainDl4j.requireRuns(network, parameters, batches);
                return new Outcome(compiled, true, noiseFault(replica, batches.get(0)), notice);
            }
            Course exact = PlainDl4j.train(network, parameters, batches, DataType.DOUBLE);
            if (!compiled) {
                PlainDl4j.requireRuns(network, parameters, batches);
            }
            Course actual = train(network, replica, batches, exact);
            // rounding explains what DL4J in float32 is off too; only a difference asks for it
            String fault = new Difference(exact, exact).of(actual, !network.weighted());
            if (fault == null || !exact.isFinite()) {
                return new Outcome(compiled, exact.isFinite(), null, notice);
            }
            Difference rounded = new Difference(exact, PlainDl4j.train(network, parameters, batches, DataType.FLOAT));
            return rounded.isTelling()
                    ? new Outcome(compiled, true, rounded.of(actual, !network.weighted()), notice)
                    : new Outcome(compiled, false, null, notice);
        } catch (PlainDl4j.RefusedException e) {
            return new Outcome(false, false, null, "DL4J itself fails: " + e.getCause());
        }
    }

    /** Parameters of which none is what it began with: biases are not 0, gains not 1. */
    private static float[] begin(RandomNetwork network, Replica replica) {
        Draw draw = new Draw(network.seed() + 77);
        FloatBuffer parameters = floats(replica.parameters());
        for (int i = 0; i < parameters.limit(); i++) {
            float noise = 0.2f * draw.gaussian();
            parameters.put(i, parameters.get(i) + (isStatistic(replica, i) ? 0 : noise));
        }
        float[] copy = new float[parameters.limit()];
        parameters.get(0, copy);
        return copy;
    }

    /**
     * Each step begins with DL4J's parameters: an adaptive updater makes much of a gradient that is nearly 0, so that rounding
     * alone would lead apart.
     */
    private static Course train(RandomNetwork network, Replica replica, List<Examples> batches, Course exact) {
        List<double[]> gradients = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        List<double[]> after = new ArrayList<>();
        for (int step = 0; step < batches.size(); step++) {
            if (step > 0) {
                put(exact.parameters().get(step - 1), floats(replica.parameters()));
            }
            BatchResult result =
                    replica.forwardBackward(batches.get(step).batch(replica.featureLayout()), step, mark -> {});
            gradients.add(doubles(replica.gradients()));
            losses.add(result.lossSum());
            average(replica, network.batch());
            replica.update(step, 0, network.rate());
            after.add(doubles(replica.parameters()));
        }
        return new Course(gradients, losses, after);
    }

    private static void put(double[] from, FloatBuffer to) {
        for (int i = 0; i < from.length; i++) {
            to.put(i, (float) from[i]);
        }
    }

    /** Noise is in training, by the seed alone, and not in evaluation. */
    private static String noiseFault(Replica replica, Examples examples) {
        var batch = examples.batch(replica.featureLayout());
        double once = replica.forwardBackward(batch, 1, mark -> {}).lossSum();
        double again = replica.forwardBackward(batch, 1, mark -> {}).lossSum();
        if (Double.compare(once, again) != 0) {
            return "two passes of one seed have the losses " + once + " and " + again;
        }
        int[] predictions = new int[examples.labels().length];
        double tested = replica.evaluate(batch, predictions).lossSum();
        double retested = replica.evaluate(batch, predictions).lossSum();
        return Double.compare(tested, retested) == 0
                ? null
                : "two tests have the losses " + tested + " and " + retested;
    }

    /** What the training loop does between the halves of a step, on one rank. */
    private static void average(Replica replica, int examples) {
        FloatBuffer gradients = floats(replica.gradients());
        for (int i = 0; i < gradients.limit(); i++) {
            if (!isStatistic(replica, i)) {
                gradients.put(i, gradients.get(i) / examples);
            }
        }
    }

    private static boolean isStatistic(Replica replica, long element) {
        for (Range range : replica.statistics()) {
            if (range.start() <= element && element < range.end()) {
                return true;
            }
        }
        return false;
    }

    private static FloatBuffer floats(ByteBuffer buffer) {
        return buffer.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private static double[] doubles(ByteBuffer buffer) {
        FloatBuffer floats = floats(buffer);
        double[] copy = new double[floats.limit()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = floats.get(i);
        }
        return copy;
    }
}
