package io.lockstep.networks.dl4j;

import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.BETA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GAMMA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_LOG_STD;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_MEAN;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_VAR;

import io.lockstep.kernels.ChannelPasses;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's batch norm on channels that lie side by side, (N, H, W, C) or (N, C), in four passes over memory by
 * {@link ChannelPasses}: moments and scaling forward, two sums and the input's gradient backward. DL4J's chain of ops
 * reads and writes an activation some thirty times.
 *
 * <pre>
 * forward   y = gamma (x - mean) / s + beta                          s = sqrt(var + eps)
 * backward  dbeta = sum dy      dgamma = sum dy (x - mean) / s
 *           dx = gamma / s (dy - dbeta / m - (x - mean) dgamma / (s m))      m = N H W
 * </pre>
 *
 * Running statistics are handled as DL4J does: their "gradient" is the change that the update subtracts.
 */
final class VectorBatchNorm extends BatchNormalization {
    private static final long serialVersionUID = 1L;
    private static final double TWO_LN_10 = 2 * Math.log(10);

    private final transient ChannelPasses passes;
    private final int channels;
    private final double epsilonOfVariance;
    private final double decay;

    // Of the batch, from forward to backward. One per channel.
    private final double[] mean;
    private final double[] variance;

    // Constants of the passes, in ChannelPasses' repeated form.
    private final float[] scale;
    private final float[] shift;
    private final float[] center;
    private final float[] ofInput;

    VectorBatchNorm(BatchNormalization original) {
        super(original.conf(), DataType.FLOAT);
        channels = Math.toIntExact(layerConf().getNOut());
        passes = ChannelPasses.ofChannels(channels);
        epsilonOfVariance = layerConf().getEps();
        decay = layerConf().getDecay();
        mean = new double[channels];
        variance = new double[channels];
        scale = new float[passes.period()];
        shift = new float[passes.period()];
        center = new float[passes.period()];
        ofInput = new float[passes.period()];
    }

    /** Whether this class does what the original is configured to do. */
    static boolean canReplace(BatchNormalization original) {
        return !original.layerConf().isLockGammaBeta() && original.layerConf().getCnn2DFormat() == CNN2DFormat.NHWC;
    }

    @Override
    public INDArray preOutput(INDArray x, TrainingMode mode, LayerWorkspaceMgr workspaces) {
        if (x.size(x.rank() - 1) != channels) {
            throw new IllegalArgumentException(
                    "batch norm of " + channels + " channels was given " + x.shapeInfoToString() + " " + layerId());
        }
        INDArray from = ArrayMemory.contiguous(x, ArrayType.FF_WORKING_MEM, workspaces);
        INDArray y = workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, x.shape(), 'c');
        int rows = Math.toIntExact(x.length() / channels);
        ByteBuffer source = ArrayMemory.bytes(from);
        if (mode == TrainingMode.TRAIN) {
            measure(source, rows);
        } else {
            takeRunningStatistics();
        }
        INDArray gamma = params.get(GAMMA);
        INDArray beta = params.get(BETA);
        for (int c = 0; c < channels; c++) {
            double factor = gamma.getDouble(c) / Math.sqrt(variance[c] + epsilonOfVariance);
            scale[c] = (float) factor;
            shift[c] = (float) (beta.getDouble(c) - mean[c] * factor);
        }
        passes.repeat(scale);
        passes.repeat(shift);
        passes.affine(source, 0, rows, scale, shift, ArrayMemory.bytes(y));
        return y;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray x = ArrayMemory.contiguous(input, ArrayType.BP_WORKING_MEM, workspaces);
        INDArray dy = ArrayMemory.contiguous(epsilon, ArrayType.BP_WORKING_MEM, workspaces);
        INDArray dx = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape(), 'c');
        int rows = Math.toIntExact(x.length() / channels);
        ByteBuffer values = ArrayMemory.bytes(x);
        ByteBuffer gradients = ArrayMemory.bytes(dy);
        double[] sum = new double[channels]; // of dy
        double[] products = new double[channels]; // of dy (x - mean)
        for (int c = 0; c < channels; c++) {
            center[c] = (float) mean[c];
        }
        passes.repeat(center);
        passes.gradientSums(gradients, values, 0, rows, center, sum, products);
        INDArray gamma = params.get(GAMMA);
        FloatBuffer dGamma = ArrayMemory.floats(gradientViews.get(GAMMA));
        FloatBuffer dBeta = ArrayMemory.floats(gradientViews.get(BETA));
        for (int c = 0; c < channels; c++) {
            double inverse = 1 / Math.sqrt(variance[c] + epsilonOfVariance);
            double factor = gamma.getDouble(c) * inverse;
            dGamma.put(c, (float) (products[c] * inverse));
            dBeta.put(c, (float) sum[c]);
            scale[c] = (float) factor;
            ofInput[c] = (float) (-factor * inverse * inverse * products[c] / rows);
            shift[c] = (float) (-factor * sum[c] / rows);
        }
        passes.repeat(scale);
        passes.repeat(ofInput);
        passes.repeat(shift);
        passes.inputGradient(gradients, values, 0, rows, center, scale, ofInput, shift, ArrayMemory.bytes(dx));
        changeRunningStatistics();
        return new Pair<>(gradientTable(), dx);
    }

    private void measure(ByteBuffer x, int rows) {
        FloatBuffer firstRow = x.asFloatBuffer();
        for (int c = 0; c < channels; c++) {
            center[c] = firstRow.get(c); // near the mean, so that squares of differences do not cancel
        }
        passes.repeat(center);
        double[] sum = new double[channels];
        double[] squares = new double[channels];
        passes.moments(x, 0, rows, center, sum, squares);
        for (int c = 0; c < channels; c++) {
            double offset = sum[c] / rows;
            mean[c] = center[c] + offset;
            variance[c] = Math.max(0, squares[c] / rows - offset * offset);
        }
    }

    private void takeRunningStatistics() {
        for (int c = 0; c < channels; c++) {
            mean[c] = params.get(GLOBAL_MEAN).getDouble(c);
            variance[c] = runningVariance(c);
        }
    }

    private double runningVariance(int c) {
        return layerConf().isUseLogStd()
                ? Double.MIN_NORMAL
                        + Math.exp(TWO_LN_10 * params.get(GLOBAL_LOG_STD).getDouble(c))
                : params.get(GLOBAL_VAR).getDouble(c);
    }

    private void changeRunningStatistics() {
        FloatBuffer ofMean = ArrayMemory.floats(gradientViews.get(GLOBAL_MEAN));
        boolean logarithmic = layerConf().isUseLogStd();
        FloatBuffer ofDeviation = ArrayMemory.floats(gradientViews.get(logarithmic ? GLOBAL_LOG_STD : GLOBAL_VAR));
        for (int c = 0; c < channels; c++) {
            double old = runningVariance(c);
            ofMean.put(c, (float) ((1 - decay) * (params.get(GLOBAL_MEAN).getDouble(c) - mean[c])));
            ofDeviation.put(
                    c,
                    logarithmic
                            ? (float) (Math.log(old / (decay * old + (1 - decay) * variance[c])) / TWO_LN_10)
                            : (float) ((1 - decay) * (old - variance[c])));
        }
    }

    private Gradient gradientTable() {
        Gradient table = new DefaultGradient();
        gradientViews.forEach(table::setGradientFor);
        return table;
    }
}
