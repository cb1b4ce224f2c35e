package io.lockstep.networks.differential;

import io.lockstep.engine.Precision;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.training.BatchResult;
import io.lockstep.training.NetworkReplica;
import io.lockstep.training.Range;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/** One random network, trained for some steps by Lockstep and by DL4J itself. */
final class Trial {
    private static final int STEPS = 2;

    /** Times that DL4J begins with parameters which are off by rounding. */
    private static final int ROUNDINGS = 3;

    /** Elements of a gradient that central differences are taken of. */
    private static final int COUNTER_CHECKED = 8;

    private Trial() {}

    /**
     * @param compiled whether the engine ran it; otherwise DL4J did
     * @param telling whether DL4J's own numbers are good for a comparison
     * @param fault what is wrong, or null
     */
    record Outcome(boolean compiled, boolean telling, String fault, String notice) {
        private Outcome untelling(String why) {
            return new Outcome(compiled, false, null, notice.isEmpty() ? why : notice);
        }

        private Outcome failed(String how) {
            return new Outcome(compiled, true, how, notice);
        }
    }

    static Outcome of(RandomNetwork network) {
        List<Examples> batches = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            batches.add(Examples.of(network.definition(), network.seed() * 10 + step, network.batch()));
        }
        List<String> notices = new ArrayList<>();
        try (NetworkReplica replica =
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
            return judged(network, parameters, batches, exact, actual, new Outcome(compiled, true, null, notice));
        } catch (PlainDl4j.RefusedException e) {
            return new Outcome(false, false, null, "DL4J itself fails: " + e.getCause());
        }
    }

    /** Rounding, and DL4J's own faults, explain some differences; only a difference asks for them. */
    private static Outcome judged(
            RandomNetwork network,
            float[] parameters,
            List<Examples> batches,
            Course exact,
            Course actual,
            Outcome passed)
            throws PlainDl4j.RefusedException {
        boolean losses = !network.weighted();
        if (!exact.isFinite()) {
            return passed.untelling("DL4J's numbers are not finite");
        }
        if (new Difference(exact, List.of()).of(actual, losses) == null) {
            return passed;
        }
        List<Course> rounded = new ArrayList<>();
        rounded.add(PlainDl4j.train(network, parameters, batches, DataType.FLOAT));
        for (int draw = 0; draw < ROUNDINGS; draw++) {
            rounded.add(PlainDl4j.train(network, nearly(parameters, draw), batches, DataType.DOUBLE));
        }
        Difference difference = new Difference(exact, rounded);
        if (!difference.isTelling()) {
            return passed.untelling("DL4J's gradient is rounding");
        }
        String fault = difference.of(actual, losses);
        if (fault == null) {
            return passed;
        }
        for (int step = 0; step < STEPS; step++) {
            if (difference.ofGradient(actual, step) != null
                    && isDl4jsFault(network, parameters, batches, exact, actual, difference, step)) {
                return passed.untelling("DL4J's gradient is not that of its own loss");
            }
        }
        return passed.failed(fault);
    }

    /** Parameters that are off by about one rounding error. */
    private static float[] nearly(float[] parameters, long seed) {
        Draw draw = new Draw(seed + 1);
        float[] near = parameters.clone();
        for (int i = 0; i < near.length; i++) {
            near[i] += Math.ulp(near[i]) * (draw.chance(0.5) ? 1 : -1);
        }
        return near;
    }

    /** Whether central differences of DL4J's loss are the replica's gradient where DL4J's is furthest from it. */
    private static boolean isDl4jsFault(
            RandomNetwork network,
            float[] parameters,
            List<Examples> batches,
            Course exact,
            Course actual,
            Difference difference,
            int step)
            throws PlainDl4j.RefusedException {
        List<Examples> batch = List.of(batches.get(step));
        float[] from = parameters;
        if (step > 0) {
            from = new float[parameters.length];
            for (int i = 0; i < from.length; i++) {
                from[i] = (float) exact.parameters().get(step - 1)[i];
            }
        }
        double largest = 0;
        for (double value : exact.gradients().get(step)) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int element : difference.furthest(actual, step, COUNTER_CHECKED)) {
            double got = actual.gradients().get(step)[element];
            double slope = slope(network, from, batch, element);
            if (!(Math.abs(slope - got) <= 1e-3 * Math.max(Math.abs(slope), largest))) {
                return false;
            }
        }
        return true;
    }

    private static double slope(RandomNetwork network, float[] parameters, List<Examples> batch, int element)
            throws PlainDl4j.RefusedException {
        float[] up = parameters.clone();
        float[] down = parameters.clone();
        up[element] += 1e-3f;
        down[element] -= 1e-3f;
        double above =
                PlainDl4j.train(network, up, batch, DataType.DOUBLE).losses().get(0);
        double below =
                PlainDl4j.train(network, down, batch, DataType.DOUBLE).losses().get(0);
        return (above - below) / (up[element] - (double) down[element]);
    }

    /** Parameters of which none is what it began with: biases are not 0, gains not 1. */
    private static float[] begin(RandomNetwork network, NetworkReplica replica) {
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
    private static Course train(RandomNetwork network, NetworkReplica replica, List<Examples> batches, Course exact) {
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
    private static String noiseFault(NetworkReplica replica, Examples examples) {
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
    private static void average(NetworkReplica replica, int examples) {
        FloatBuffer gradients = floats(replica.gradients());
        for (int i = 0; i < gradients.limit(); i++) {
            if (!isStatistic(replica, i)) {
                gradients.put(i, gradients.get(i) / examples);
            }
        }
    }

    private static boolean isStatistic(NetworkReplica replica, long element) {
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
