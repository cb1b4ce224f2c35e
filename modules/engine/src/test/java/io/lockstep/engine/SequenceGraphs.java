package io.lockstep.engine;

import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Function;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Pixels;
import io.lockstep.engine.operations.Moves.Rows;
import io.lockstep.engine.operations.Noise.AlphaDropout;
import io.lockstep.engine.operations.Noise.Dropout;
import io.lockstep.engine.operations.Noise.GaussianDropout;
import io.lockstep.engine.operations.Noise.GaussianNoise;
import io.lockstep.engine.operations.Noise.SpatialDropout;
import io.lockstep.engine.operations.Norm.GroupNorm;
import io.lockstep.engine.operations.Norm.LayerNorm;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Recurrent.Gru;
import io.lockstep.engine.operations.Recurrent.Lstm;
import io.lockstep.engine.operations.Recurrent.SimpleRnn;
import io.lockstep.engine.operations.Sequences.ClassToken;
import io.lockstep.engine.operations.Sequences.Embedding;
import io.lockstep.engine.operations.Sequences.Positions;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import io.lockstep.engine.operations.Sequences.TimeStepMask;
import io.lockstep.engine.operations.Sequences.TimeStepRange;
import java.util.LinkedHashMap;
import java.util.Map;

/** Small graphs that between them use every operation on sequences, with every option. */
final class SequenceGraphs {
    private static final SoftmaxCrossEntropy LOSS = new SoftmaxCrossEntropy(0);

    private SequenceGraphs() {}

    static Map<String, Graph> all() {
        Map<String, Graph> graphs = new LinkedHashMap<>();
        for (boolean reversed : new boolean[] {false, true}) {
            String direction = reversed ? " reversed" : "";
            graphs.put("LSTM" + direction, recurrent(new Lstm(17, reversed), new Lstm(3, reversed)));
            graphs.put("simple RNN" + direction, recurrent(new SimpleRnn(17, reversed), new SimpleRnn(3, reversed)));
            graphs.put("GRU" + direction, recurrent(new Gru(17, reversed), new Gru(3, reversed)));
            graphs.put("LSTM of one step" + direction, oneStep(new Lstm(5, reversed)));
            graphs.put("simple RNN of one step" + direction, oneStep(new SimpleRnn(5, reversed)));
            graphs.put("GRU of one step" + direction, oneStep(new Gru(5, reversed)));
            graphs.put("masked LSTM" + direction, masked(new Lstm(5, reversed, true)));
            graphs.put("masked simple RNN" + direction, masked(new SimpleRnn(5, reversed, true)));
            graphs.put("masked GRU" + direction, masked(new Gru(5, reversed, true)));
        }
        graphs.put("bidirectional", bidirectional());
        graphs.put("layer norm", layerNorm());
        graphs.put("group norm of images", groupNorm(new Shape(3, 5, 6), 2, 3));
        graphs.put("group norm of one group", groupNorm(new Shape(2, 2, 17), 1, 17));
        graphs.put("instance norm of a sequence", groupNorm(Shape.sequence(7, 5), GroupNorm.CHANNELS, 5));
        graphs.put("embedding", embedding());
        graphs.put("attention", attention(4, 3, false));
        graphs.put("causal attention", attention(5, 2, true));
        graphs.put("causal attention in blocks", attention(70, 1, true));
        graphs.put("attention of one step", attention(1, 2, false));
        graphs.put("causal attention of one step", attention(1, 2, true));
        graphs.put("cross-attention", crossAttention(false));
        graphs.put("padded cross-attention", crossAttention(true));
        graphs.put("padded attention", paddedAttention(false));
        graphs.put("padded causal attention", paddedAttention(true));
        graphs.put("first step that is there", maskedStep(TakeTimeStep.Which.FIRST));
        graphs.put("last step that is there", maskedStep(TakeTimeStep.Which.LAST));
        graphs.put("attention with dropout", droppedAttention(6, false));
        graphs.put("causal attention with dropout in blocks", droppedAttention(70, true));
        graphs.put("transformer of images", images());
        graphs.put("noise of steps", noise());
        graphs.put("dropped weights of steps", droppedWeights());
        return graphs;
    }

    /** Rows of an image, one layer on the other, the last step classified. */
    private static Graph recurrent(Recurrent first, Recurrent second) {
        return new GraphBuilder(new Shape(6, 2, 2))
                .add("rows", new Rows())
                .add("first", first)
                .add("second", second)
                .add("last", new TakeTimeStep(TakeTimeStep.Which.LAST))
                .add("out", new Dense(3, true))
                .add("loss", LOSS)
                .build();
    }

    private static Graph oneStep(Recurrent recurrent) {
        return new GraphBuilder(Shape.sequence(1, 3))
                .add("cell", recurrent)
                .add("out", new Dense(3, true))
                .add("loss", LOSS)
                .build();
    }

    /** Token 0 fills up: at the end, at the start or within. */
    private static Graph masked(Recurrent cell) {
        return new GraphBuilder(Shape.sequence(6, 1))
                .add("table", new Embedding(3, 4), "input")
                .add("there", new TimeStepMask(0), "input")
                .add("cell", cell, "table", "there")
                .add("out", new Dense(3, true), "cell")
                .add("loss", LOSS)
                .build();
    }

    private static Graph maskedStep(TakeTimeStep.Which which) {
        return new GraphBuilder(Shape.sequence(3, 1))
                .add("table", new Embedding(3, 4), "input")
                .add("there", new TimeStepMask(0), "input")
                .add("take", new TakeTimeStep(which, true), "table", "there")
                .add("out", new Dense(3, true), "take")
                .add("loss", LOSS)
                .build();
    }

    private static Graph droppedAttention(int steps, boolean causal) {
        return new GraphBuilder(Shape.sequence(steps, 4))
                .add("qkv", new Dense(3 * 6, true))
                .add("attention", new Attention(2, causal, false, 0.7))
                .add("out", new Dense(3, true))
                .add("loss", LOSS)
                .build();
    }

    /** Both directions read the same, and a loss of each step, some without labels. */
    private static Graph bidirectional() {
        return new GraphBuilder(Shape.sequence(5, 4))
                .add("in", new Dense(6, true))
                .add("forward", new Lstm(4, false), "in")
                .add("backward", new Lstm(4, true), "in")
                .add("both", new Concatenation(), "forward", "backward")
                .add("sum", new Add(), "forward", "backward")
                .add("all", new Concatenation(), "both", "sum")
                .add("out", new Dense(5, true))
                .add("loss", new SoftmaxCrossEntropy(0.1, 0.2))
                .build();
    }

    private static Graph layerNorm() {
        return new GraphBuilder(Shape.sequence(3, 32))
                .add("n1", new LayerNorm(1e-5, true))
                .add("d", new Dense(5, false))
                .add("n2", new LayerNorm(1e-3, false))
                .add("f", new Activation(Function.GELU))
                .add("out", new Dense(3, true))
                .add("loss", LOSS)
                .build();
    }

    private static Graph groupNorm(Shape input, int groups, int groupsThen) {
        return new GraphBuilder(input)
                .add("n1", new GroupNorm(groups, 1e-5))
                .add("f", new Activation(Function.TANH))
                .add("n2", new GroupNorm(groupsThen, 1e-3))
                .add("flat", new Flatten(false))
                .add("out", new Dense(3, true))
                .add("loss", LOSS)
                .build();
    }

    private static Graph embedding() {
        return new GraphBuilder(Shape.sequence(6, 1))
                .add("table", new Embedding(7, 5))
                .add("places", new Positions(true))
                .add("sines", new Positions(false))
                .add("out", new Dense(7, true))
                .add("loss", LOSS)
                .build();
    }

    private static Graph attention(int steps, int heads, boolean causal) {
        return new GraphBuilder(Shape.sequence(steps, 4))
                .add("qkv", new Dense(3 * 6, true))
                .add("attention", new Attention(heads, causal, false))
                .add("out", new Dense(3, true))
                .add("loss", LOSS)
                .build();
    }

    private static Graph crossAttention(boolean padding) {
        GraphBuilder graph = new GraphBuilder(Shape.sequence(5, 1))
                .add("table", new Embedding(4, 6), "input")
                .add("three", new TimeStepRange(1, 3), "table")
                .add("q", new Dense(8, true), "three")
                .add("kv", new Dense(16, true), "table");
        if (padding) {
            graph.add("attention", new Attention(2, false, true), "q", "kv", "input");
        } else {
            graph.add("attention", new Attention(2, false, false), "q", "kv");
        }
        return graph.add("out", new Dense(3, true)).add("loss", LOSS).build();
    }

    private static Graph paddedAttention(boolean causal) {
        return new GraphBuilder(Shape.sequence(5, 1))
                .add("table", new Embedding(3, 6), "input")
                .add("qkv", new Dense(12, false), "table")
                .add("attention", new Attention(2, causal, true), "qkv", "input")
                .add("out", new Dense(3, true))
                .add("loss", LOSS)
                .build();
    }

    private static Graph images() {
        return new GraphBuilder(new Shape(2, 3, 4))
                .add("pixels", new Pixels())
                .add("token", new ClassToken())
                .add("places", new Positions(true))
                .add("qkv", new Dense(12, true), "places")
                .add("attention", new Attention(2, false, false))
                .add("residual", new Add(), "attention", "places")
                .add("take", new TakeTimeStep(TakeTimeStep.Which.FIRST))
                .add("out", new Dense(3, true))
                .add("loss", LOSS)
                .build();
    }

    /** Of its kinds, {@link SpatialDropout} drops a feature of an example at all steps. */
    private static Graph noise() {
        return new GraphBuilder(Shape.sequence(4, 5))
                .add("in", new GaussianNoise(0.2))
                .add("d", new Dense(6, true))
                .add("dropout", new Dropout(0.7))
                .add("cell", new Lstm(4, false))
                .add("features", new SpatialDropout(0.6))
                .add("gauss", new GaussianDropout(0.3))
                .add("alpha", new AlphaDropout(0.8))
                .add("out", new Dense(3, true))
                .add("loss", LOSS)
                .build();
    }

    /** One mask of the weights for all steps; with and without a bias, which is never dropped. */
    private static Graph droppedWeights() {
        return new GraphBuilder(Shape.sequence(4, 5))
                .add("d", new Dense(17, true))
                .dropConnect("d", 0.6)
                .add("f", new Activation(Function.TANH))
                .add("e", new Dense(16, false))
                .dropConnect("e", 0.8)
                .add("out", new Dense(3, true))
                .dropConnect("out", 0.5)
                .add("loss", LOSS)
                .build();
    }
}
