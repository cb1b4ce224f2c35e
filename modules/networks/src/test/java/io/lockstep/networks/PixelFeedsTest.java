package io.lockstep.networks;

import static io.lockstep.networks.AgainstDl4j.EXAMPLES;
import static io.lockstep.networks.AgainstDl4j.batch;
import static io.lockstep.networks.AgainstDl4j.defined;
import static io.lockstep.networks.AgainstDl4j.graph;
import static io.lockstep.networks.AgainstDl4j.trainsAsDl4j;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.NetworkReplica;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Outputs of each pixel, voxel, box or time step are told what the columns of their names hold, as in DL4J's own {@code fit}. */
class PixelFeedsTest {
    @Test
    void eachPixelIsToldAClass() {
        NetworkDefinition network = pixels(CNN2DFormat.NCHW);
        assertThat(network.labelsOfExample()).isEqualTo(20);
        trainsAsDl4j(
                network, 1e-4, examples -> examples.input("features", 2, 4, 5).classes("labels", 3, true, 4, 5));
    }

    private static NetworkDefinition pixels(CNN2DFormat format) {
        GraphBuilder graph = graph("in")
                .addLayer(
                        "convolution",
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(3)
                                .convolutionMode(ConvolutionMode.Same)
                                .dataFormat(format)
                                .build(),
                        "in")
                .addLayer(
                        "out",
                        new CnnLossLayer.Builder(LossFunction.MCXENT)
                                .format(format)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "convolution")
                .setOutputs("out");
        return defined(graph, Feeds.USUAL, InputType.convolutional(4, 5, 2, format));
    }

    /** DL4J itself fails with the second layout; the engine, whose images have one, gives the same as with the first. */
    @Test
    void classesOfPixelsInTheOtherLayoutAreTheEngines() {
        NetworkDefinition last = pixels(CNN2DFormat.NHWC);
        assertThatThrownBy(() -> Dl4jReplica.requireRuns(last, 0, false)).hasMessageContaining("CnnLossLayer");
        Batch batch = new ColumnsOfExamples(EXAMPLES, 1)
                .input("features", 4, 5, 2)
                .classes("labels", 3, false, 4, 5)
                .batch();
        try (NetworkReplica one = new CompiledReplica(pixels(CNN2DFormat.NCHW), EXAMPLES, 0, 1);
                NetworkReplica other = new CompiledReplica(last, EXAMPLES, 0, 1)) {
            other.parameters().put(one.parameters());
            double loss = one.forwardBackward(batch, 1, mark -> {}).lossSum();
            assertThat(other.forwardBackward(batch, 1, mark -> {}).lossSum()).isEqualTo(loss);
            assertThat(other.gradients()).isEqualTo(one.gradients());
        }
    }

    @Test
    void eachPixelIsToldNumbersOfWhichSomeAreMasked() {
        GraphBuilder graph = graph("in")
                .addLayer(
                        "convolution",
                        new ConvolutionLayer.Builder(1, 1).nOut(2).build(),
                        "in")
                .addLayer(
                        "out",
                        new CnnLossLayer.Builder(LossFunction.MSE)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "convolution")
                .setOutputs("out");
        Feeds feeds = Feeds.USUAL.kind("out", LabelKind.VALUES);
        trainsAsDl4j(
                defined(graph, feeds, InputType.convolutional(3, 4, 2)),
                1e-4,
                examples -> examples.input("features", 2, 3, 4).values("labels", examples::normal, true, 3, 4, 2));
    }

    @Test
    void eachVoxelIsToldAClass() {
        Convolution3D.DataFormat format = Convolution3D.DataFormat.NCDHW;
        GraphBuilder graph = graph("in")
                .addLayer(
                        "convolution",
                        new Convolution3D.Builder(1, 1, 1)
                                .nOut(3)
                                .dataFormat(format)
                                .build(),
                        "in")
                .addLayer(
                        "out",
                        new Cnn3DLossLayer.Builder(format)
                                .lossFunction(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "convolution")
                .setOutputs("out");
        trainsAsDl4j(
                defined(graph, Feeds.USUAL, InputType.convolutional3D(format, 2, 3, 4, 2)),
                1e-4,
                examples -> examples.input("features", 2, 2, 3, 4).classes("labels", 3, true, 2, 3, 4));
    }

    @Test
    void boxesAreToldInYolosLabels() {
        GraphBuilder graph = graph("in")
                .addLayer(
                        "convolution",
                        new ConvolutionLayer.Builder(1, 1).nOut(2 * (5 + 3)).build(),
                        "in")
                .addLayer(
                        "out",
                        new Yolo2OutputLayer.Builder()
                                .boundingBoxPriors(Nd4j.createFromArray(new float[][] {{1, 1}, {2, 1}}))
                                .build(),
                        "convolution")
                .setOutputs("out");
        trainsAsDl4j(
                defined(graph, Feeds.USUAL, InputType.convolutional(3, 3, 2)),
                1e-4,
                examples -> examples.input("features", 2, 3, 3).boxes("labels", 3, 3, 3));
    }

    @Test
    void eachStepIsToldNumbersOfWhichSomeAreMasked() {
        GraphBuilder graph = graph("in")
                .addLayer("steps", new LSTM.Builder().nOut(4).build(), "in")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "steps")
                .setOutputs("out");
        Feeds feeds = Feeds.USUAL.kind("out", LabelKind.VALUES).mask("out", "told");
        trainsAsDl4j(
                defined(graph, feeds, InputType.recurrent(3, 6)),
                1e-5,
                examples -> examples.sequence("features", 6, 3)
                        .values("labels", examples::normal, true, 6, 2)
                        .labelMask("told", 6));
    }

    @Test
    void aLossLayerOfStepsIsToldClasses() {
        GraphBuilder graph = graph("in")
                .addLayer("steps", new SimpleRnn.Builder().nOut(3).build(), "in")
                .addLayer(
                        "out",
                        new RnnLossLayer.Builder(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "steps")
                .setOutputs("out");
        trainsAsDl4j(
                defined(graph, Feeds.USUAL, InputType.recurrent(3, 6)),
                1e-5,
                examples -> examples.sequence("features", 6, 3).classes("labels", 3, true, 6));
    }

    @Test
    void classesOfPixelsAndStepsAreCompiled() {
        NetworkDefinition pixels = defined(
                graph("in")
                        .addLayer(
                                "out",
                                new CnnLossLayer.Builder(LossFunction.MCXENT)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "in")
                        .setOutputs("out"),
                Feeds.USUAL,
                InputType.convolutional(4, 5, 2));
        NetworkDefinition steps = defined(
                graph("in")
                        .addLayer(
                                "out",
                                new RnnLossLayer.Builder(LossFunction.MCXENT)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "in")
                        .setOutputs("out"),
                Feeds.USUAL,
                InputType.recurrent(3, 6));
        assertThat(Replicas.obstacle(pixels, 0)).isEmpty();
        assertThat(Replicas.obstacle(steps, 0)).isEmpty();
    }
}
