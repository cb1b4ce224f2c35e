package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.layers.LayerNormalization;
import io.lockstep.networks.layers.MultiHeadAttention;
import io.lockstep.networks.layers.PositionEmbedding;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/** A network of sequences being written down. Each method appends and returns the name of the last vertex. */
final class SequenceGraph {
    /** Of the first layers' weights: Radford et al. 2018 and 2019. */
    private static final double DEVIATION = 0.02;

    private final GraphBuilder graph;
    private final boolean bias;
    private final double dropout;
    private final int blocks;
    private final double residualDeviation;

    /** @param blocks residual branches are two each, whose last weights begin smaller: 0.02 / sqrt(2 blocks) */
    SequenceGraph(GraphBuilder graph, Hyperparameters hyperparameters, int blocks, boolean bias) {
        this.graph = graph;
        this.bias = bias;
        this.blocks = blocks;
        dropout = hyperparameters.dropout();
        residualDeviation = DEVIATION / Math.sqrt(2.0 * blocks);
    }

    static NormalDistribution initial() {
        return new NormalDistribution(0, DEVIATION);
    }

    String layer(String name, String from, Layer layer) {
        graph.addLayer(name, layer, from);
        return name;
    }

    /** Learned positions, blocks, and a norm: what GPT, BERT and ViT have between their first layer and their last. */
    String transformer(String from, int width, int heads, boolean causal) {
        PositionEmbedding positions =
                new PositionEmbedding.Builder().weightInit(initial()).build();
        String last = dropped("drop", layer("positions", from, positions));
        for (int i = 1; i <= blocks; i++) {
            last = block("b" + i, last, width, heads, causal);
        }
        return norm("norm", last);
    }

    /** Pre-norm, as GPT-2 and ViT have it: x + attention(norm(x)), then x + mlp(norm(x)). */
    private String block(String name, String from, int width, int heads, boolean causal) {
        String attention = layer(
                name + "_attention",
                norm(name + "_norm1", from),
                new MultiHeadAttention.Builder()
                        .nOut(width)
                        .heads(heads)
                        .causal(causal)
                        .hasBias(bias)
                        .weightInit(initial())
                        .weightInitRecurrent(new NormalDistribution(0, residualDeviation))
                        .build());
        String attended = add(name + "_add1", from, dropped(name + "_drop1", attention));
        String hidden = dense(
                name + "_expand",
                norm(name + "_norm2", attended),
                4 * width,
                new ActivationGELU(true /* by tanh */),
                DEVIATION);
        String back = dense(name + "_contract", hidden, width, new ActivationIdentity(), residualDeviation);
        return add(name + "_add2", attended, dropped(name + "_drop2", back));
    }

    private String norm(String name, String from) {
        return layer(name, from, new LayerNormalization.Builder().hasBias(bias).build());
    }

    private String dense(String name, String from, int width, IActivation activation, double deviation) {
        DenseLayer dense = new DenseLayer.Builder()
                .nOut(width)
                .hasBias(bias)
                .activation(activation)
                .weightInit(new NormalDistribution(0, deviation))
                .build();
        return layer(name, from, new TimeDistributed(dense));
    }

    private String dropped(String name, String from) {
        return dropout > 0 ? layer(name, from, new DropoutLayer.Builder(1 - dropout).build()) : from;
    }

    private String add(String name, String a, String b) {
        graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), a, b);
        return name;
    }
}
