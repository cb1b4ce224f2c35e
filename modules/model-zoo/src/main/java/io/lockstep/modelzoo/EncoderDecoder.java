package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.layers.CrossAttention;
import io.lockstep.networks.layers.LayerNormalization;
import io.lockstep.networks.layers.MultiHeadAttention;
import io.lockstep.networks.layers.PositionEmbedding;
import io.lockstep.networks.layers.StepRangeLayer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * The transformer: Vaswani et al. 2017, section 3: norm behind each residual, ReLU, sines for positions, one embedding for
 * both sides. The source and, behind it, what the decoder reads are the two halves of one input. Embeddings begin with
 * deviation 1, where the paper multiplies them by sqrt(width).
 *
 * @param layers of the encoder, and of the decoder
 */
record EncoderDecoder(int layers, int heads, int width) implements Model.Architecture {
    @Override
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        int steps = Texts.stepsOf(input);
        if (steps % 2 != 0) {
            throw new IllegalArgumentException("reads a source and as many steps of its answer, not " + steps);
        }
        return new Writer(input, hyperparameters, seed).write();
    }

    /** One network being written down. */
    private final class Writer {
        private final ModelInput input;
        private final Hyperparameters hyperparameters;
        private final GraphBuilder graph;
        private final int half;

        Writer(ModelInput input, Hyperparameters hyperparameters, long seed) {
            this.input = input;
            this.hyperparameters = hyperparameters;
            half = input.height() / 2;
            graph = hyperparameters
                    .newConfiguration(seed)
                    .weightInit(WeightInit.XAVIER_UNIFORM)
                    .graphBuilder()
                    .addInputs(ImageGraph.INPUT);
        }

        NetworkDefinition write() {
            InputType type = InputType.recurrent(input.classes(), input.height());
            String all = layer(
                    "embedding",
                    ImageGraph.INPUT,
                    new EmbeddingSequenceLayer.Builder()
                            .nIn(input.classes())
                            .nOut(width)
                            .inputLength(input.height())
                            .weightInit(new NormalDistribution(0, 1))
                            .build());
            String memory = placed("source", all, 0);
            for (int i = 1; i <= layers; i++) {
                String name = "encoder" + i;
                memory = residual(name + "_self", memory, attention(name + "_self", memory, false));
                memory = residual(name + "_mlp", memory, perceptron(name, memory));
            }
            String x = placed("target", all, half);
            for (int i = 1; i <= layers; i++) {
                String name = "decoder" + i;
                x = residual(name + "_self", x, attention(name + "_self", x, true));
                x = residual(name + "_cross", x, cross(name + "_cross", x, memory));
                x = residual(name + "_mlp", x, perceptron(name, x));
            }
            LossMCXENT mean = new LossMCXENT(Nd4j.valueArrayOf(1, input.classes(), 1.0 / half));
            RnnOutputLayer output = new RnnOutputLayer.Builder(mean)
                    .nOut(input.classes())
                    .activation(Activation.SOFTMAX)
                    .build();
            layer("output", x, output);
            graph.setOutputs("output").setInputTypes(type);
            return new NetworkDefinition(hyperparameters.applyTo(graph.build()), type);
        }

        private String placed(String name, String from, int first) {
            String half = layer(name, from, new StepRangeLayer.Builder(first, this.half).build());
            return layer(
                    name + "_positions",
                    half,
                    new PositionEmbedding.Builder().learned(false).build());
        }

        private String attention(String name, String from, boolean causal) {
            return layer(
                    name,
                    from,
                    new MultiHeadAttention.Builder()
                            .nOut(width)
                            .heads(heads)
                            .causal(causal)
                            .build());
        }

        private String cross(String name, String from, String memory) {
            String queries = dense(name + "_q", from, width, Activation.IDENTITY);
            String keys = dense(name + "_kv", memory, 2 * width, Activation.IDENTITY);
            graph.addVertex(name + "_heads", new CrossAttention(heads), queries, keys);
            return dense(name, name + "_heads", width, Activation.IDENTITY);
        }

        private String perceptron(String name, String from) {
            String hidden = dense(name + "_expand", from, 4 * width, Activation.RELU);
            return dense(name + "_contract", hidden, width, Activation.IDENTITY);
        }

        private String dense(String name, String from, int units, Activation activation) {
            DenseLayer dense =
                    new DenseLayer.Builder().nOut(units).activation(activation).build();
            return layer(name, from, new TimeDistributed(dense));
        }

        private String residual(String name, String x, String branch) {
            graph.addVertex(name + "_add", new ElementWiseVertex(ElementWiseVertex.Op.Add), x, branch);
            return layer(name + "_norm", name + "_add", new LayerNormalization.Builder().build());
        }

        private String layer(String name, String from, Layer layer) {
            graph.addLayer(name, layer, from);
            return name;
        }
    }
}
