package io.lockstep.training.run;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.training.Answers;
import io.lockstep.training.BatchResult;
import io.lockstep.training.GradientListener;
import io.lockstep.training.NetworkReplica;
import io.lockstep.training.Range;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A replica small enough to check by eye: one linear layer, softmax, cross-entropy, momentum. One running statistic (the
 * mean of the first feature), so that averaging it over ranks is tested too.
 */
final class SoftmaxReplica implements NetworkReplica {
    static final double DECAY = 0.9;
    private static final float MOMENTUM = 0.9f;

    private final int features;
    private final int classes;
    private final ByteBuffer parameters;
    private final ByteBuffer gradients;
    private final ByteBuffer momentum;
    private final double[] gradientSums;

    /**
     * What each example's share of a gradient is rounded to a multiple of, 0 for no rounding: sums of multiples of a power
     * of two are exact in any order. The running statistic then stays as it is, being a mean.
     */
    double grid;

    /** Gradient values that the next backward passes are spoilt with; for tests of divergence. */
    int poisonedSteps;

    SoftmaxReplica(int features, int classes, long seed) {
        this.features = features;
        this.classes = classes;
        int elements = features * classes + classes + 1;
        parameters = direct(elements);
        gradients = direct(elements);
        momentum = direct(elements - 1);
        gradientSums = new double[elements];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < features * classes; i++) {
            parameters.putFloat(4 * i, (float) (random.nextDouble() - 0.5) / features);
        }
    }

    private static ByteBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(4 * floats).order(ByteOrder.nativeOrder());
    }

    private int statistic() {
        return features * classes + classes;
    }

    @Override
    public ByteBuffer parameters() {
        return parameters;
    }

    @Override
    public ByteBuffer gradients() {
        return gradients;
    }

    @Override
    public ByteBuffer updaterState() {
        return momentum;
    }

    @Override
    public List<Range> statistics() {
        return List.of(new Range(statistic(), statistic() + 1));
    }

    @Override
    public String layerAt(long element) {
        return element < (long) features * classes ? "weights" : "bias";
    }

    @Override
    public FeatureLayout featureLayout() {
        return FeatureLayout.NCHW;
    }

    @Override
    public BatchResult forwardBackward(Batch batch, long randomSeed, GradientListener listener) {
        java.util.Arrays.fill(gradientSums, 0);
        double loss = 0;
        int correct = 0;
        double firstFeature = 0;
        double[] probabilities = new double[classes];
        double[] weights = weights();
        for (int example = 0; example < batch.size(); example++) {
            int label = batch.labels().get(example);
            double[] input = features(batch, example);
            correct += softmax(weights, input, probabilities) == label ? 1 : 0;
            loss -= Math.log(probabilities[label]);
            firstFeature += input[0];
            probabilities[label] -= 1; // now the loss's gradient by the logits
            for (int f = 0; f < features; f++) {
                for (int c = 0; c < classes; c++) {
                    gradientSums[f * classes + c] += rounded(probabilities[c] * input[f]);
                }
            }
            for (int c = 0; c < classes; c++) {
                gradientSums[features * classes + c] += rounded(probabilities[c]);
            }
        }
        if (batch.size() > 0 && grid == 0) {
            double old = parameters.getFloat(4 * statistic());
            gradientSums[statistic()] = (1 - DECAY) * (old - firstFeature / batch.size());
        }
        for (int i = 0; i < gradientSums.length; i++) {
            gradients.putFloat(4 * i, (float) gradientSums[i]);
        }
        if (poisonedSteps > 0 && batch.size() > 0) {
            poisonedSteps--;
            gradients.putFloat(0, Float.NaN);
        }
        listener.gradientsReadyFrom(features * classes);
        listener.gradientsReadyFrom(0);
        return new BatchResult(batch.size(), loss, correct);
    }

    private double rounded(double value) {
        return grid == 0 ? value : Math.rint(value / grid) * grid;
    }

    private double[] features(Batch batch, int example) {
        return doubles(batch.features(), example * features, features);
    }

    /** (features, classes), then a bias of each class. */
    private double[] weights() {
        return doubles(parameters, 0, statistic());
    }

    private static double[] doubles(ByteBuffer floats, int start, int count) {
        double[] doubles = new double[count];
        for (int i = 0; i < count; i++) {
            doubles[i] = floats.getFloat(4 * (start + i));
        }
        return doubles;
    }

    private int softmax(double[] weights, double[] input, double[] probabilities) {
        System.arraycopy(weights, features * classes, probabilities, 0, classes);
        for (int f = 0; f < features; f++) {
            for (int c = 0; c < classes; c++) {
                probabilities[c] += input[f] * weights[f * classes + c];
            }
        }
        double most = Double.NEGATIVE_INFINITY;
        int best = 0;
        for (int c = 0; c < classes; c++) {
            if (probabilities[c] > most) {
                most = probabilities[c];
                best = c;
            }
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            probabilities[c] = Math.exp(probabilities[c] - most);
            sum += probabilities[c];
        }
        for (int c = 0; c < classes; c++) {
            probabilities[c] /= sum;
        }
        return best;
    }

    @Override
    public void update(long step, int epoch, double learningRate) {
        for (int i = 0; i < statistic(); i++) {
            float velocity = MOMENTUM * momentum.getFloat(4 * i) + gradients.getFloat(4 * i);
            momentum.putFloat(4 * i, velocity);
            parameters.putFloat(4 * i, parameters.getFloat(4 * i) - (float) learningRate * velocity);
        }
        int at = 4 * statistic();
        parameters.putFloat(at, parameters.getFloat(at) - gradients.getFloat(at));
    }

    @Override
    public Answers evaluate(Batch batch) {
        int[] predictions = new int[batch.size()];
        double loss = 0;
        int correct = 0;
        double[] probabilities = new double[classes];
        double[] weights = weights();
        for (int example = 0; example < batch.size(); example++) {
            predictions[example] = softmax(weights, features(batch, example), probabilities);
            int label = batch.labels().get(example);
            loss -= Math.log(probabilities[label]);
            correct += predictions[example] == label ? 1 : 0;
        }
        return Answers.of(batch, new BatchResult(batch.size(), loss, correct), predictions, null, classes);
    }

    @Override
    public void save(OutputStream out) throws IOException {
        var data = new DataOutputStream(out);
        for (ByteBuffer each : List.of(parameters, momentum)) {
            for (int i = 0; i < each.limit(); i += 4) {
                data.writeFloat(each.getFloat(i));
            }
        }
        data.flush();
    }

    @Override
    public void load(InputStream in) throws IOException {
        var data = new DataInputStream(in);
        for (ByteBuffer each : List.of(parameters, momentum)) {
            for (int i = 0; i < each.limit(); i += 4) {
                each.putFloat(i, data.readFloat());
            }
        }
    }

    @Override
    public void close() {
        // plain buffers
    }
}
