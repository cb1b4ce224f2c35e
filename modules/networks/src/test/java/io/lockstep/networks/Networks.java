package io.lockstep.networks;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.dl4j.Dl4jReplica;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Random;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks and batches for tests. */
final class Networks {
    static final int CLASSES = 4;
    static final int FEATURES = 7;
    static final int SIDE = 6;
    static final int CHANNELS = 3;

    private Networks() {}

    /** 7 features, 9 hidden units, 4 classes: 112 parameters. */
    static NetworkDefinition perceptron(Hyperparameters hyperparameters) {
        return perceptron(hyperparameters, 0);
    }

    static NetworkDefinition perceptron(Hyperparameters hyperparameters, double dropout) {
        InputType type = InputType.feedForward(FEATURES);
        DenseLayer.Builder hidden = new DenseLayer.Builder().nOut(9).activation(Activation.TANH);
        if (dropout > 0) {
            hidden.dropOut(1 - dropout);
        }
        ComputationGraphConfiguration configuration = hyperparameters
                .newConfiguration(3)
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("in")
                .addLayer("hidden", hidden.build(), "in")
                .addLayer("out", softmax(), "hidden")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(hyperparameters.applyTo(configuration), type);
    }

    /** Convolutions with and without bias, strides and modes, batch norm, a shortcut. */
    static NetworkDefinition residual(CNN2DFormat format, boolean logOfDeviation) {
        InputType type = InputType.convolutional(SIDE, SIDE, CHANNELS, format);
        int[] pixels = format == CNN2DFormat.NHWC ? new int[] {1, 2} : new int[] {2, 3};
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(5)
                .weightInit(WeightInit.RELU)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "c1",
                        convolution(3, 1, 5, format)
                                .convolutionMode(ConvolutionMode.Same)
                                .build(),
                        "in")
                .addLayer("n1", norm(format, logOfDeviation), "c1")
                .addLayer("r1", new ActivationLayer(Activation.RELU), "n1")
                .addLayer(
                        "c2",
                        convolution(3, 2, 5, format)
                                .hasBias(false)
                                .padding(1, 1)
                                .build(),
                        "r1")
                .addLayer("n2", norm(format, logOfDeviation), "c2")
                .addLayer(
                        "c3",
                        convolution(1, 2, 5, format).activation(Activation.TANH).build(),
                        "r1")
                .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "n2", "c3")
                .addLayer(
                        "pool",
                        new GlobalPoolingLayer.Builder(PoolingType.AVG)
                                .poolingDimensions(pixels)
                                .build(),
                        "add")
                .addLayer("n3", norm(format, logOfDeviation), "pool")
                .addLayer("out", softmax(), "n3")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    /** Of pictures of any size, one behind the other in the order (height, width, channels). */
    static NetworkDefinition pictures(int height, int width, int channels) {
        InputType type = InputType.convolutional(height, width, channels, CNN2DFormat.NHWC);
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(5)
                .graphBuilder()
                .addInputs("in")
                .addLayer("out", softmax(), "in")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    /** As DL4J runs it, without anything of Lockstep's. */
    static ComputationGraph plain(NetworkDefinition definition) {
        ComputationGraph graph = new ComputationGraph(
                SerializationUtils.clone(definition.configuration())); // clone() forgets how a MergeVertex merges
        graph.init();
        return graph;
    }

    /** Examples start (inclusive) to end (exclusive) of a set that the seed determines. */
    static Batch batch(NetworkDefinition definition, long seed, int start, int end) {
        int size = end - start;
        int featureSize = definition.featureSize();
        ByteBuffer features =
                ByteBuffer.allocateDirect(size * featureSize * Float.BYTES).order(ByteOrder.nativeOrder());
        int steps = definition.labelsOfExample();
        IntBuffer labels = ByteBuffer.allocateDirect(size * steps * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
        FloatBuffer values = features.asFloatBuffer();
        for (int i = start; i < end; i++) {
            Random random = new Random(seed * 1000 + i);
            boolean tokens = definition.tokens();
            for (int k = 0; k < featureSize; k++) {
                values.put(tokens ? random.nextInt(definition.classes()) : (float) random.nextGaussian());
            }
            for (int t = 0; t < steps; t++) {
                boolean without = steps > 1 && random.nextInt(6) == 0;
                labels.put(without ? -1 : random.nextInt(definition.classes()));
            }
        }
        return new Batch(size, features, labels.flip());
    }

    static DataSet dataSet(NetworkDefinition definition, Batch batch) {
        long[] shape = definition.input().getShape(true);
        shape[0] = batch.size();
        float[] features = new float[batch.size() * definition.featureSize()];
        batch.features()
                .duplicate()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .get(features);
        DataSet set =
                new DataSet(inDl4jsOrder(definition, features, shape), Nd4j.zeros(batch.size(), definition.classes()));
        for (int i = 0; i < batch.size(); i++) {
            set.getLabels().putScalar(i, batch.labels().get(i), 1);
        }
        return set;
    }

    /** A batch has the steps of a sequence one after the other, (N, T, F), where DL4J's are last. */
    static INDArray inDl4jsOrder(NetworkDefinition definition, float[] features, long... shape) {
        INDArray flat = Nd4j.createFromArray(features);
        return definition.stepsOfFeatures() > 1
                ? flat.reshape('c', shape[0], shape[2], shape[1])
                        .permute(0, 2, 1)
                        .dup('c')
                : flat.reshape('c', shape);
    }

    static float[] floats(ByteBuffer buffer) {
        FloatBuffer floats = buffer.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
        float[] copy = new float[floats.remaining()];
        floats.get(copy);
        return copy;
    }

    /** What the training loop does between the halves of a step: statistics averaged over ranks, the rest over examples. */
    static void average(Dl4jReplica replica, int examples, int ranks) {
        FloatBuffer gradients = replica.gradients().asFloatBuffer();
        for (int i = 0; i < gradients.limit(); i++) {
            int at = i;
            boolean statistic =
                    replica.statistics().stream().anyMatch(range -> range.start() <= at && at < range.end());
            gradients.put(i, gradients.get(i) / (statistic ? ranks : examples));
        }
    }

    private static OutputLayer softmax() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .weightInit(WeightInit.XAVIER)
                .build();
    }

    private static ConvolutionLayer.Builder convolution(int kernel, int stride, int channels, CNN2DFormat format) {
        return new ConvolutionLayer.Builder(kernel, kernel)
                .stride(stride, stride)
                .nOut(channels)
                .activation(Activation.IDENTITY)
                .dataFormat(format);
    }

    private static BatchNormalization norm(CNN2DFormat format, boolean logOfDeviation) {
        return new BatchNormalization.Builder()
                .dataFormat(format)
                .useLogStd(logOfDeviation)
                .build();
    }
}
