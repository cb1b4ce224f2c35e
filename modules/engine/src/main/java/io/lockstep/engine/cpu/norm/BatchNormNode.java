package io.lockstep.engine.cpu.norm;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.kernels.ChannelPasses;
import io.lockstep.kernels.VectorPasses;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Batch norm, with the addition and the ReLU that may follow it in one pass.
 *
 * <p>Sums are of differences from the first pixel of a lane's share, so a large mean costs no digits; each lane has its
 * own, and they are put together in double precision (Chan et al. 1979).
 */
final class BatchNormNode implements CpuNode {
    private final BatchNorm operation;
    private final int channels;
    private final int pixels;
    private final int exampleElements;
    private final int gammaAt;
    private final int betaAt;
    private final int meanAt;
    private final int varianceAt;
    private final Machine plan;
    private final ChannelPasses[] passes;
    private final float[][] pivot;
    private final double[][] sum;
    private final double[][] products;
    private final float[] scale;
    private final float[] shift;
    private final float[] mean;
    private final double[] inverseDeviation;
    private final float[] ofInput;
    private final float[] constant;
    private final SharedStatistics shared;
    /** Whether a ReLU follows in the same pass. */
    private final boolean rectified;

    BatchNormNode(Site site) {
        plan = site.machine();
        Node node = site.node();
        rectified = site.rectified();
        operation = (BatchNorm) node.operation();
        channels = node.shape().channels();
        pixels = node.shape().pixels();
        exampleElements = node.shape().elements();
        gammaAt = Math.toIntExact(node.parametersAt() * Float.BYTES);
        betaAt = gammaAt + channels * Float.BYTES;
        meanAt = betaAt + channels * Float.BYTES;
        varianceAt = meanAt + channels * Float.BYTES;
        passes = new ChannelPasses[plan.lanes()];
        for (int i = 0; i < passes.length; i++) {
            passes[i] = ChannelPasses.ofChannels(channels);
        }
        int period = passes[0].period();
        pivot = new float[plan.lanes()][period];
        sum = new double[plan.lanes()][channels];
        products = new double[plan.lanes()][channels];
        scale = new float[period];
        shift = new float[period];
        mean = new float[period];
        inverseDeviation = new double[channels];
        ofInput = new float[period];
        constant = new float[period];
        shared = new SharedStatistics(plan.exchange(), channels);
    }

    @Override
    public void begin(Program program, boolean training) {
        if (!training || operation.fixed()) {
            program.joint("batch norm constants", runningStatisticsJoint());
        }
    }

    /** The second input, if there is one, is added. */
    @Override
    public void forward(Context context) {
        Program program = context.program();
        String name = "forward " + context.name();
        Tensor x = context.input();
        if (context.training() && !operation.fixed()) {
            program.chunked(name + " statistics", statisticsTask(x), x);
            program.joint(name + " statistics", statisticsJoint());
        }
        Tensor residual = residual(context);
        Tensor y = context.newOutput();
        program.chunked(name, normalizeTask(x, residual, rectified, y), present(x, y, residual));
    }

    @Override
    public void backward(Context context) {
        Program program = context.program();
        String name = "backward " + context.name();
        Tensor x = context.input();
        Tensor[] parts = context.gradientParts(2);
        Tensor dy = parts[0];
        Tensor second = parts.length > 1 ? parts[1] : null;
        boolean throughRelu = rectified && residual(context) == null && second == null;
        if (!throughRelu && (rectified || second != null)) {
            Tensor y = rectified ? context.output() : null;
            Tensor g = program.tensor(context.name() + ".gated", exampleElements);
            program.chunked(name + " gate", gateTask(dy, second, y, g), present(dy, g, second, y));
            dy = g;
        }
        if (residual(context) != null) {
            context.passGradient(1, dy);
        }
        if (!operation.fixed() || context.trains()) {
            program.chunked(name + " sums", gradientSumsTask(dy, x, throughRelu), dy, x);
            program.joint(name + " sums", operation.fixed() ? fixedGradientJoint() : gradientJoint());
            context.parameterGradientsAreFinal();
        }
        Tensor dx = context.gradientFor(0);
        if (dx != null) {
            program.chunked(name, inputGradientTask(dy, x, throughRelu, dx), dy, x, dx);
        }
    }

    private static Tensor residual(Context context) {
        return context.inputs().length > 1 ? context.inputs()[1] : null;
    }

    private static Tensor[] present(Tensor... tensors) {
        return Arrays.stream(tensors).filter(tensor -> tensor != null).toArray(Tensor[]::new);
    }

    // ------------------------------------------------------------------ forward

    private ExampleTask statisticsTask(Tensor x) {
        return (lane, from, to) -> {
            int me = lane.index();
            if (from == lane.from()) {
                clear(me);
                for (int c = 0; c < channels; c++) {
                    pivot[me][c] = x.buffer().getFloat(x.at(from) + c * Float.BYTES);
                }
                passes[me].repeat(pivot[me]);
            }
            passes[me].moments(x.buffer(), x.at(from), (to - from) * pixels, pivot[me], sum[me], products[me]);
        };
    }

    private void clear(int lane) {
        Arrays.fill(sum[lane], 0);
        Arrays.fill(products[lane], 0);
    }

    private Joint statisticsJoint() {
        return (lane, lanes, examples) -> {
            if (lane.index() != 0) {
                return;
            }
            shared.count((double) pixels * examples);
            for (int c = 0; c < channels; c++) {
                combine(c, lanes, examples);
            }
            shared.combineMoments();
            for (int c = 0; c < channels; c++) {
                double variance = Math.max(0, shared.second(c) / shared.count());
                normalizeBy(c, shared.first(c), variance);
                changeRunningStatistics(c, shared.first(c), variance);
            }
            repeatConstants();
        };
    }

    /** Mean, and sum of squared differences from it, of what this plan's lanes saw. */
    private void combine(int c, int lanes, int examples) {
        double count = 0;
        double meanSoFar = 0;
        double squares = 0;
        for (int lane = 0; lane < lanes; lane++) {
            double rows = (double) pixels
                    * (Lane.shareStart(lane + 1, lanes, examples) - Lane.shareStart(lane, lanes, examples));
            if (rows == 0) {
                continue;
            }
            double laneMean = pivot[lane][c] + sum[lane][c] / rows;
            double laneSquares = products[lane][c] - sum[lane][c] * sum[lane][c] / rows;
            double delta = laneMean - meanSoFar;
            squares += laneSquares + delta * delta * count * rows / (count + rows);
            meanSoFar += delta * rows / (count + rows);
            count += rows;
        }
        shared.put(c, meanSoFar, squares);
    }

    private void normalizeBy(int c, double channelMean, double variance) {
        inverseDeviation[c] = 1 / Math.sqrt(variance + operation.epsilon());
        mean[c] = (float) channelMean;
        double factor = parameter(gammaAt, c) * inverseDeviation[c];
        scale[c] = (float) factor;
        shift[c] = (float) (parameter(betaAt, c) - channelMean * factor);
    }

    /** DL4J's BatchNormalization.backpropGradient, "distributed safe" running statistics. */
    private void changeRunningStatistics(int c, double channelMean, double variance) {
        double weight = 1 - operation.decay();
        gradient(meanAt, c, weight * (parameter(meanAt, c) - channelMean));
        double old = runningVariance(c);
        double now = operation.decay() * old + weight * variance;
        gradient(varianceAt, c, operation.logDeviation() ? Math.log10(old / now) / 2 : old - now);
    }

    private double runningVariance(int c) {
        double held = parameter(varianceAt, c);
        return operation.logDeviation() ? Math.pow(10, 2 * held) : held;
    }

    private double parameter(int at, int c) {
        return plan.parameterBuffer().getFloat(at + c * Float.BYTES);
    }

    private void gradient(int at, int c, double value) {
        plan.gradientBuffer().putFloat(at + c * Float.BYTES, (float) value);
    }

    private void repeatConstants() {
        passes[0].repeat(scale);
        passes[0].repeat(shift);
        passes[0].repeat(mean);
    }

    /** Inference: constants from the running statistics. */
    private Joint runningStatisticsJoint() {
        return (lane, lanes, examples) -> {
            if (lane.index() == 0) {
                for (int c = 0; c < channels; c++) {
                    normalizeBy(c, parameter(meanAt, c), runningVariance(c));
                }
                repeatConstants();
            }
        };
    }

    /** @param residual null for none */
    private ExampleTask normalizeTask(Tensor x, Tensor residual, boolean relu, Tensor y) {
        return (lane, from, to) -> {
            ChannelPasses pass = passes[lane.index()];
            int at = x.at(from);
            int rows = (to - from) * pixels;
            if (residual == null && relu) {
                pass.affineRelu(x.buffer(), at, rows, scale, shift, y.buffer());
            } else if (residual == null) {
                pass.affine(x.buffer(), at, rows, scale, shift, y.buffer());
            } else if (relu) {
                pass.affineAddRelu(x.buffer(), residual.buffer(), at, rows, scale, shift, y.buffer());
            } else {
                pass.affineAdd(x.buffer(), residual.buffer(), at, rows, scale, shift, y.buffer());
            }
        };
    }

    // ------------------------------------------------------------------ backward

    /** g = the sum of the parts, where y is positive if there was a ReLU. */
    private ExampleTask gateTask(Tensor a, Tensor b, Tensor y, Tensor g) {
        VectorPasses vectors = VectorPasses.get();
        return (lane, from, to) -> {
            int at = g.at(from);
            int elements = (to - from) * exampleElements;
            ByteBuffer out = g.buffer();
            if (y == null) {
                vectors.add(a.buffer(), b.buffer(), at, elements, out);
            } else if (b == null) {
                vectors.reluGradient(a.buffer(), y.buffer(), at, elements, out);
            } else {
                vectors.addReluGradient(a.buffer(), b.buffer(), y.buffer(), at, elements, out);
            }
        };
    }

    /** @param throughRelu whether dy is yet to be masked by the sign of this batch norm's output */
    private ExampleTask gradientSumsTask(Tensor dy, Tensor x, boolean throughRelu) {
        return (lane, from, to) -> {
            int me = lane.index();
            if (from == lane.from()) {
                clear(me);
            }
            int rows = (to - from) * pixels;
            int at = x.at(from);
            if (throughRelu) {
                passes[me].gradientSumsThroughRelu(
                        dy.buffer(), x.buffer(), at, rows, scale, shift, mean, sum[me], products[me]);
            } else {
                passes[me].gradientSums(dy.buffer(), x.buffer(), at, rows, mean, sum[me], products[me]);
            }
        };
    }

    private Joint gradientJoint() {
        return (lane, lanes, examples) -> {
            if (lane.index() != 0) {
                return;
            }
            shared.count((double) pixels * examples);
            for (int c = 0; c < channels; c++) {
                double gradients = ofAllLanes(sum, c, lanes, examples);
                double withInput = ofAllLanes(products, c, lanes, examples);
                gradient(gammaAt, c, withInput * inverseDeviation[c]);
                gradient(betaAt, c, gradients);
                shared.put(c, gradients, withInput);
            }
            shared.combineSums();
            for (int c = 0; c < channels; c++) {
                double inverse = inverseDeviation[c];
                ofInput[c] = (float) (-scale[c] * inverse * inverse * shared.second(c) / shared.count());
                constant[c] = (float) (-scale[c] * shared.first(c) / shared.count());
            }
            passes[0].repeat(ofInput);
            passes[0].repeat(constant);
        };
    }

    /** Of what is normalised by statistics that stay: the input's gradient is dy times the scale alone. */
    private Joint fixedGradientJoint() {
        return (lane, lanes, examples) -> {
            for (int c = 0; lane.index() == 0 && c < channels; c++) {
                gradient(gammaAt, c, ofAllLanes(products, c, lanes, examples) * inverseDeviation[c]);
                gradient(betaAt, c, ofAllLanes(sum, c, lanes, examples));
                gradient(meanAt, c, 0);
                gradient(varianceAt, c, 0);
            }
        };
    }

    private static double ofAllLanes(double[][] sums, int c, int lanes, int examples) {
        double all = 0;
        for (int lane = 0; lane < lanes; lane++) {
            if (Lane.shareStart(lane, lanes, examples) < Lane.shareStart(lane + 1, lanes, examples)) {
                all += sums[lane][c];
            }
        }
        return all;
    }

    private ExampleTask inputGradientTask(Tensor dy, Tensor x, boolean throughRelu, Tensor dx) {
        return (lane, from, to) -> {
            ChannelPasses pass = passes[lane.index()];
            int rows = (to - from) * pixels;
            int at = x.at(from);
            if (throughRelu) {
                pass.inputGradientThroughRelu(
                        dy.buffer(), x.buffer(), at, rows, scale, shift, mean, scale, ofInput, constant, dx.buffer());
            } else {
                pass.inputGradient(dy.buffer(), x.buffer(), at, rows, mean, scale, ofInput, constant, dx.buffer());
            }
        };
    }
}
