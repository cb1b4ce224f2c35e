package io.lockstep.networks;

import static io.lockstep.networks.AgainstDl4j.EXAMPLES;
import static io.lockstep.networks.AgainstDl4j.batch;
import static io.lockstep.networks.AgainstDl4j.convolution;
import static io.lockstep.networks.AgainstDl4j.defined;
import static io.lockstep.networks.AgainstDl4j.dense;
import static io.lockstep.networks.AgainstDl4j.graph;
import static io.lockstep.networks.AgainstDl4j.softmax;
import static io.lockstep.networks.AgainstDl4j.trainsAsDl4j;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.NetworkReplica;
import io.lockstep.training.Range;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Networks whose towers share their layers, and layers that stay as they are, train as in DL4J's own {@code fit}. */
class SharedLayersTest {
    @Test
    void twinsLearnADistance() {
        GraphBuilder graph = graph("left", "right")
                .addVertex("both", new StackVertex(), "left", "right")
                .addLayer("shared", dense(4), "both")
                .addVertex("first", new UnstackVertex(0, 2), "shared")
                .addVertex("second", new UnstackVertex(1, 2), "shared")
                .addVertex("distance", new L2Vertex(), "first", "second")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.XENT)
                                .nOut(1)
                                .activation(Activation.SIGMOID)
                                .build(),
                        "distance")
                .setOutputs("out");
        InputType vector = InputType.feedForward(5);
        NetworkDefinition twins = defined(graph, Feeds.USUAL, vector, vector);
        assertThat(Replicas.obstacle(twins, 0)).isEmpty();
        trainsAsDl4j(
                twins,
                1e-5,
                examples -> examples.input("left", 5).input("right", 5).twoClasses("labels"));
    }

    @Test
    void tripletsOfPicturesShareAllLayersOfTheirTowers() {
        GraphBuilder graph = graph("anchor", "alike", "other")
                .addVertex("two", new StackVertex(), "anchor", "alike")
                .addVertex("three", new StackVertex(), "two", "other")
                .addLayer("narrow", convolution(3), "three")
                .addLayer("wide", convolution(3), "three")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "narrow", "wide")
                .addVertex("both", new MergeVertex(), "sum", "wide")
                .addLayer("embedding", dense(4), "both")
                .addVertex("of anchor", new UnstackVertex(0, 3), "embedding")
                .addVertex("of alike", new UnstackVertex(1, 3), "embedding")
                .addVertex("of other", new UnstackVertex(2, 3), "embedding")
                .addVertex("near", new L2Vertex(), "of anchor", "of alike")
                .addVertex("far", new L2Vertex(), "of anchor", "of other")
                .addVertex("distances", new MergeVertex(), "near", "far")
                .addLayer("out", softmax(2), "distances")
                .setOutputs("out");
        InputType image = InputType.convolutional(5, 4, 2, CNN2DFormat.NCHW);
        NetworkDefinition triplets = defined(graph, Feeds.USUAL, image, image, image);
        assertThat(Replicas.obstacle(triplets, 0)).isEmpty();
        trainsAsDl4j(
                triplets,
                1e-4,
                examples -> examples.image("anchor", 5, 4, 2)
                        .image("alike", 5, 4, 2)
                        .image("other", 5, 4, 2)
                        .classes("labels", 2, false));
    }

    /** A network that was trained for something else, with a new end; as DL4J's TransferLearning makes it. */
    @Test
    void aFrozenBeginningStaysAsItIsAndTheRestLearns() {
        GraphBuilder graph = graph("in")
                .addLayer("convolution", new FrozenLayer(convolution(3)), "in")
                .addLayer("norm", new FrozenLayer(new BatchNormalization()), "convolution")
                .addVertex(
                        "sum", new FrozenVertex(new ElementWiseVertex(ElementWiseVertex.Op.Add)), "norm", "convolution")
                .addLayer("hidden", dense(4), "sum")
                .addLayer("passed", new FrozenLayerWithBackprop(dense(4)), "hidden")
                .addLayer("out", softmax(3), "passed")
                .setOutputs("out");
        NetworkDefinition network = defined(graph, Feeds.USUAL, InputType.convolutional(5, 4, 2, CNN2DFormat.NCHW));
        assertThat(Replicas.obstacle(network, 0)).isEmpty();
        trainsAsDl4j(
                network, 1e-4, examples -> examples.input("features", 2, 5, 4).classes("labels", 3, false));
        try (NetworkReplica replica = new CompiledReplica(network, EXAMPLES, 0, 1)) {
            Range learned =
                    new Range(2 * 9 * 3 + 3 + 4 * 3, replica.parameters().limit() / Float.BYTES);
            float[] before = Networks.floats(replica.parameters());
            Batch batch = batch(
                    network,
                    replica,
                    new ColumnsOfExamples(EXAMPLES, 1)
                            .input("features", 2, 5, 4)
                            .classes("labels", 3, false));
            replica.forwardBackward(batch, 1, mark -> {});
            replica.update(0, 0, 0.1, EXAMPLES);
            float[] after = Networks.floats(replica.parameters());
            assertThat(Arrays.copyOf(after, (int) learned.start()))
                    .containsExactly(Arrays.copyOf(before, (int) learned.start()));
            assertThat(after).isNotEqualTo(before);
        }
    }

    @Test
    void batchNormOverStackedExamplesIsLeftToDl4j() {
        GraphBuilder graph = graph("left", "right")
                .addVertex("both", new StackVertex(), "left", "right")
                .addLayer("norm", new BatchNormalization(), "both")
                .addVertex("first", new UnstackVertex(0, 2), "norm")
                .addVertex("second", new UnstackVertex(1, 2), "norm")
                .addVertex("all", new MergeVertex(), "first", "second")
                .addLayer("out", softmax(3), "all")
                .setOutputs("out");
        InputType vector = InputType.feedForward(5);
        NetworkDefinition network = defined(graph, Feeds.USUAL, vector, vector);
        assertThat(Replicas.obstacle(network, 0))
                .hasValueSatisfying(why -> assertThat(why).contains("batch norm over stacked examples"));
        trainsAsDl4j(
                network,
                1e-5,
                examples -> examples.input("left", 5).input("right", 5).classes("labels", 3, false));
    }

    @Test
    void separableConvolutionsOfOneChannelAreTheEngines() {
        GraphBuilder graph = graph("in")
                .addLayer(
                        "separable",
                        new SeparableConvolution2D.Builder(2, 2).nOut(1).build(),
                        "in")
                .addLayer("out", softmax(2), "separable")
                .setOutputs("out");
        NetworkDefinition network = defined(graph, Feeds.USUAL, InputType.convolutional(4, 4, 1));
        assertThat(Replicas.obstacle(network, 0)).isEmpty();
        assertThatThrownBy(() -> Dl4jReplica.requireRuns(network, 0, false))
                .hasMessageContaining("leaves out its point-wise weights");
    }
}
