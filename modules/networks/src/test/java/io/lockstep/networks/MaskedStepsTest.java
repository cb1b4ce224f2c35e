package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.layers.Gru;
import io.lockstep.networks.layers.LayerNormalization;
import io.lockstep.networks.layers.MultiHeadAttention;
import io.lockstep.networks.layers.TakeStepLayer;
import io.lockstep.training.NetworkReplica;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Sequences of different lengths, filled up with zeros, and attention weights that are dropped. */
class MaskedStepsTest {
    private static final int BATCH = 4;
    private static final int STEPS = 5;
    /** Filled up behind, before and in between; the last is whole. */
    private static final float[] SEQUENCES = {
        0.7f, -0.2f, 0.4f, 0, 0, 0, 0, 0, 1.1f, 0.3f, -0.5f, 0, 0.6f, 0, 0.9f, 0.1f, 0.8f, -0.3f, -1.2f, 0.2f
    };

    private static final float[] FILLED_UP_BEHIND = {
        0.7f, -0.2f, 0.4f, 0, 0, -0.5f, 0, 0, 0, 0, 0.1f, 0.8f, -0.3f, -1.2f, 0.2f
    };

    private static NetworkDefinition network(Layer... layers) {
        return network(STEPS, layers);
    }

    private static NetworkDefinition network(int steps, Layer... layers) {
        InputType type = InputType.recurrent(1, steps);
        var graph = Hyperparameters.defaults()
                .newConfiguration(7)
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("in");
        String from = "in";
        for (int i = 0; i < layers.length; i++) {
            graph.addLayer("layer" + i, layers[i], from);
            from = "layer" + i;
        }
        OutputLayer out = new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
        ComputationGraphConfiguration configuration = graph.addLayer("out", out, from)
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    private static Layer masked(Layer layer) {
        return new MaskZeroLayer(layer, 0);
    }

    private static Layer lstm() {
        return new LSTM.Builder().nOut(6).activation(Activation.TANH).build();
    }

    private static Batch batch(float... sequences) {
        return batch(STEPS, sequences);
    }

    private static Batch batch(int steps, float... sequences) {
        int examples = sequences.length / steps;
        ByteBuffer features =
                ByteBuffer.allocateDirect(sequences.length * Float.BYTES).order(ByteOrder.nativeOrder());
        features.asFloatBuffer().put(sequences);
        IntBuffer labels = ByteBuffer.allocateDirect(examples * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
        for (int i = 0; i < examples; i++) {
            labels.put(i, i * 2 % 3);
        }
        return new Batch(examples, features, labels);
    }

    private static double loss(NetworkDefinition definition, Batch batch) {
        try (NetworkReplica replica = new CompiledReplica(definition, BATCH, 0, 1)) {
            return replica.evaluate(batch, new int[batch.size()]).lossSum();
        }
    }

    /** Elsewhere than behind DL4J's LSTM passes gradients through steps that are not there: only its outputs are right. */
    @Test
    void recurrentLayersGiveDl4jsNumbers() {
        Layer simple =
                new SimpleRnn.Builder().nOut(5).activation(Activation.TANH).build();
        NetworkDefinition definition = network(masked(lstm()), new LastTimeStep(masked(simple)));
        try (NetworkReplica dl4j = new Dl4jReplica(definition, BATCH, 0);
                NetworkReplica compiled = new CompiledReplica(definition, BATCH, 0, 2)) {
            assertThat(loss(compiled, SEQUENCES)).isCloseTo(loss(dl4j, SEQUENCES), within(1e-5));
            assertSameGradients(dl4j, compiled, FILLED_UP_BEHIND);
        }
    }

    @Test
    void engineLayersHaveTheSameNumbersInDl4jItself() {
        NetworkDefinition definition = network(
                masked(new Gru.Builder().nOut(6).build()),
                masked(new MultiHeadAttention.Builder().nOut(6).heads(2).build()),
                new TakeStepLayer.Builder(TakeTimeStep.Which.LAST).build());
        try (NetworkReplica dl4j = new Dl4jReplica(definition, BATCH, 0);
                NetworkReplica compiled = new CompiledReplica(definition, BATCH, 0, 2)) {
            assertSameGradients(dl4j, compiled, SEQUENCES);
        }
    }

    private static double loss(NetworkReplica replica, float[] sequences) {
        return replica.forwardBackward(batch(sequences), 1, mark -> {}).lossSum();
    }

    private static void assertSameGradients(NetworkReplica expected, NetworkReplica actual, float[] sequences) {
        assertThat(loss(actual, sequences)).isCloseTo(loss(expected, sequences), within(1e-5));
        float[] wanted = Networks.floats(expected.gradients());
        float[] got = Networks.floats(actual.gradients());
        for (int i = 0; i < wanted.length; i++) {
            assertThat(got[i]).as("gradient " + i).isCloseTo(wanted[i], within(1e-5f));
        }
    }

    @Test
    void whatFillsUpIsAsIfItWereNotThere() {
        Layer[] recurrent = {masked(new Gru.Builder().nOut(6).build()), new LastTimeStep(masked(lstm()))};
        Layer[] attention = {
            masked(new MultiHeadAttention.Builder().nOut(6).heads(2).build()),
            new TakeStepLayer.Builder(TakeTimeStep.Which.LAST).build()
        };
        for (Layer[] layers : new Layer[][] {recurrent, attention}) {
            double expected = loss(network(3, layers), batch(3, 0.5f, -0.4f, 0.9f));
            assertThat(loss(network(layers), batch(0f, 0, 0.5f, -0.4f, 0.9f))).isCloseTo(expected, within(1e-6));
            assertThat(loss(network(layers), batch(0f, 0.2f, 0.5f, -0.4f, 0.9f)))
                    .isNotCloseTo(expected, within(1e-4));
        }
    }

    @Test
    void anLstmWhoseGradientDl4jGetsWrongIsRefusedThereByName() {
        NetworkDefinition definition = network(new LastTimeStep(masked(lstm())));
        assertThatThrownBy(() -> Dl4jReplica.requireRuns(definition, 0, false))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("'layer0' is an LSTM whose steps are masked");
        Layer simple =
                new SimpleRnn.Builder().nOut(5).activation(Activation.TANH).build();
        Dl4jReplica.requireRuns(network(new LastTimeStep(masked(simple))), 0, false);
    }

    @Test
    void whatTakesNoMaskIsRefusedByName() {
        NetworkDefinition norm =
                network(lstm(), masked(new LayerNormalization.Builder().build()), new LastTimeStep(lstm()));
        assertThatThrownBy(() -> new CompiledReplica(norm, BATCH, 0, 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("layer1")
                .hasMessageContaining("LayerNormalization takes no mask");
        NetworkDefinition both =
                network(masked(new Bidirectional(Bidirectional.Mode.CONCAT, lstm())), new LastTimeStep(lstm()));
        assertThatThrownBy(() -> new CompiledReplica(both, BATCH, 0, 1))
                .hasMessageContaining("layer0")
                .hasMessageContaining("MaskZeroLayer of Bidirectional");
    }

    @Test
    void attentionWeightsAreDroppedInTrainingOnly() {
        NetworkDefinition whole = attention(1);
        NetworkDefinition dropped = attention(0.5);
        assertThat(loss(dropped, batch(SEQUENCES))).isEqualTo(loss(whole, batch(SEQUENCES)));
        try (NetworkReplica one = new CompiledReplica(whole, BATCH, 0, 1);
                NetworkReplica other = new CompiledReplica(dropped, BATCH, 0, 1)) {
            double all = one.forwardBackward(batch(SEQUENCES), 1, mark -> {}).lossSum();
            double first =
                    other.forwardBackward(batch(SEQUENCES), 1, mark -> {}).lossSum();
            assertThat(first).isNotEqualTo(all);
            assertThat(other.forwardBackward(batch(SEQUENCES), 2, mark -> {}).lossSum())
                    .isNotEqualTo(first);
            assertThat(other.forwardBackward(batch(SEQUENCES), 1, mark -> {}).lossSum())
                    .isEqualTo(first);
        }
        assertThatThrownBy(() -> attention(0)).hasMessageContaining("above 0 and up to 1");
    }

    private static NetworkDefinition attention(double retain) {
        return network(
                lstm(),
                new MultiHeadAttention.Builder()
                        .nOut(6)
                        .heads(2)
                        .retainWeights(retain)
                        .build(),
                new LastTimeStep(lstm()));
    }
}
