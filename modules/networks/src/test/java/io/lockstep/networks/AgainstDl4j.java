package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.BatchResult;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.NetworkReplica;
import io.lockstep.training.Range;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Trains a network as DL4J's own {@code fit} does, and the small parts that such networks are made of. */
final class AgainstDl4j {
    private AgainstDl4j() {}

    static final int EXAMPLES = 5;
    static final int STEPS = 50;
    static final int BATCHES = 4; // which come again and again
    static final double RATE = 0.005;

    interface Data {
        ColumnsOfExamples of(ColumnsOfExamples examples);
    }

    /**
     * In DL4J's runtime, and compiled where the engine has the network and reads what DL4J reads.
     *
     * @param tolerance of a parameter after all steps: what convolutions of oneDNN and of ND4J differ by adds up
     */
    static void trainsAsDl4j(NetworkDefinition network, double tolerance, Data data) {
        Dl4jReplica.requireRuns(network, 0, false);
        try (NetworkReplica dl4j = new Dl4jReplica(network, EXAMPLES, 0)) {
            trainsAsDl4j(network, dl4j, tolerance, data);
        }
        if (Replicas.obstacle(network, 0).isEmpty()) {
            try (NetworkReplica compiled = new CompiledReplica(network, EXAMPLES, 0, 1)) {
                trainsAsDl4j(network, compiled, Math.max(tolerance, 5e-4), data); // Adam makes much of rounding
            }
        }
    }

    static void trainsAsDl4j(NetworkDefinition network, NetworkReplica replica, double tolerance, Data data) {
        ComputationGraph plain = Networks.plain(network);
        for (int step = 0; step < STEPS; step++) {
            ColumnsOfExamples examples = data.of(new ColumnsOfExamples(EXAMPLES, step % BATCHES));
            plain.fit(examples.multiDataSet());
            BatchResult result = replica.forwardBackward(batch(network, replica, examples), step, mark -> {});
            double loss = plain.score() * EXAMPLES;
            assertThat(result.lossSum())
                    .as("loss of step %d", step)
                    .isCloseTo(loss, within(1e-4 + tolerance * 10 * Math.abs(loss)));
            average(replica);
            replica.update(step, 0, RATE, EXAMPLES);
        }
        float[] expected =
                plain.params().dup('c').reshape(plain.params().length()).toFloatVector();
        float[] actual = Networks.floats(replica.parameters());
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("parameter %d", i).isCloseTo(expected[i], within((float) tolerance));
        }
        Batch batch = batch(network, replica, data.of(new ColumnsOfExamples(EXAMPLES, 0)));
        int[] predictions = new int[EXAMPLES * network.labelsOfExample()];
        assertThat(replica.evaluate(batch, predictions).lossSum()).isFinite();
        OffHeap.free(plain);
    }

    static Batch batch(NetworkDefinition network, NetworkReplica replica, ColumnsOfExamples examples) {
        boolean turned = network.inputs().size() == 1
                && network.input() instanceof InputType.InputTypeConvolutional images
                && images.getFormat() == CNN2DFormat.NCHW
                && replica.featureLayout() == FeatureLayout.NHWC;
        return turned ? examples.batchOfChannelsLast() : examples.batch();
    }

    static void average(NetworkReplica replica) {
        FloatBuffer gradients =
                replica.gradients().order(ByteOrder.nativeOrder()).asFloatBuffer();
        for (Range range : FlatBuffers.parameterRanges(replica)) { // running statistics change by a batch's own
            for (int i = (int) range.start(); i < range.end(); i++) {
                gradients.put(i, gradients.get(i) / EXAMPLES);
            }
        }
    }

    static GraphBuilder graph(String... inputs) {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Adam(RATE))
                .graphBuilder()
                .addInputs(inputs);
    }

    static NetworkDefinition defined(GraphBuilder graph, Feeds feeds, InputType... inputs) {
        return new NetworkDefinition(graph.setInputTypes(inputs).build(), List.of(inputs), null, feeds);
    }

    static DenseLayer dense(int outputs) {
        return new DenseLayer.Builder()
                .nOut(outputs)
                .activation(Activation.TANH)
                .build();
    }

    static OutputLayer softmax(int classes) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build();
    }

    static ConvolutionLayer convolution(int channels) {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(channels)
                .activation(Activation.TANH)
                .build();
    }
}
