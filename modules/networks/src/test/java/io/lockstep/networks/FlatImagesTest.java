package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.NetworkReplica;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

/** Networks as in DL4J's own examples for MNIST, which read an image as a row. */
class FlatImagesTest {
    private static final int EXAMPLES = 5;
    private static final InputType FLAT = InputType.convolutionalFlat(8, 6, 2);
    private static final double RATE = 0.1;

    private static MultiLayerConfiguration configuration() {
        return new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Sgd(RATE))
                .weightInit(WeightInit.XAVIER)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3)
                        .nOut(4)
                        .activation(Activation.TANH)
                        .build())
                .layer(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build())
                .layer(new OutputLayer.Builder()
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(FLAT)
                .build();
    }

    @Test
    void aRowIsReadAsPlainDl4jReadsItInBothRuntimes() {
        NetworkDefinition network = NetworkDefinition.of(configuration(), FLAT);
        network.requireColumns(List.of(Field.float32("features", 96), Field.int32("labels")));
        try (NetworkReplica compiled = new CompiledReplica(network, EXAMPLES, 0, 1);
                NetworkReplica dl4j = new Dl4jReplica(network, EXAMPLES, 0)) {
            for (NetworkReplica replica : List.of(compiled, dl4j)) {
                assertTrainsAsPlainDl4j(replica);
            }
        }
    }

    private static void assertTrainsAsPlainDl4j(NetworkReplica replica) {
        MultiLayerNetwork plain = new MultiLayerNetwork(configuration());
        plain.init();
        for (int step = 0; step < 10; step++) {
            ColumnsOfExamples examples =
                    new ColumnsOfExamples(EXAMPLES, step).input("features", 96).classes("labels", 3, false);
            INDArray features = examples.multiDataSet().getFeatures(0);
            plain.fit(new DataSet(features, examples.multiDataSet().getLabels(0)));
            replica.forwardBackward(examples.batch(), step, mark -> {});
            AgainstDl4j.average(replica);
            replica.update(step, 0, RATE, EXAMPLES);
        }
        assertThat(Networks.floats(replica.parameters()))
                .containsExactly(plain.params().toFloatVector(), within(1e-5f));
        OffHeap.free(plain);
    }

    /** Otherwise the colours of a picture would be mixed up, without a word. */
    @Test
    void picturesOfADataSetComeInTheOrderOfTheRow() {
        NetworkDefinition flat = NetworkDefinition.of(configuration(), FLAT);
        flat.requireColumns(Field.ofPictures(new ImageShape(2, 8, 6)));
        NetworkDefinition whole =
                new NetworkDefinition(flat.configuration(), InputType.feedForward(96)); // what flat images are kept as
        assertThat(whole.inputs()).isEqualTo(flat.inputs());
        Batch batch = new ColumnsOfExamples(EXAMPLES, 1)
                .input("features", 96)
                .classes("labels", 3, false)
                .batch();
        try (NetworkReplica compiled = new CompiledReplica(flat, EXAMPLES, 0, 1);
                NetworkReplica dl4j = new Dl4jReplica(flat, EXAMPLES, 0)) {
            assertThat(compiled.featureLayout()).isEqualTo(FeatureLayout.NCHW);
            assertThat(dl4j.featureLayout()).isEqualTo(FeatureLayout.NCHW);
            assertThat(compiled.evaluate(batch).result().lossSum())
                    .isCloseTo(dl4j.evaluate(batch).result().lossSum(), within(1e-4));
        }
    }
}
