package io.lockstep.engine;

import static io.lockstep.engine.ImageGraphs.NORM;
import static io.lockstep.engine.ImageGraphs.RELU;
import static io.lockstep.engine.ImageGraphs.auxiliary;
import static io.lockstep.engine.ImageGraphs.conv;
import static io.lockstep.engine.ImageGraphs.convolutions;
import static io.lockstep.engine.ImageGraphs.groups;
import static io.lockstep.engine.ImageGraphs.inception;
import static io.lockstep.engine.ImageGraphs.inputResidual;
import static io.lockstep.engine.ImageGraphs.manyTiles;
import static io.lockstep.engine.ImageGraphs.norms;
import static io.lockstep.engine.ImageGraphs.onePixel;
import static io.lockstep.engine.ImageGraphs.outputsLast;
import static io.lockstep.engine.ImageGraphs.pooling;
import static io.lockstep.engine.ImageGraphs.residual;
import static io.lockstep.engine.ImageGraphs.tiles;
import static io.lockstep.engine.ImageGraphs.transposed;
import static io.lockstep.engine.ImageGraphs.transposedWithGaps;
import static io.lockstep.engine.ImageGraphs.wideTiles;
import static io.lockstep.engine.ImageGraphs.windows;

import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Combination;
import io.lockstep.engine.operations.Elementwise.Function;
import io.lockstep.engine.operations.Losses.BinaryLoss;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Noise.AlphaDropout;
import io.lockstep.engine.operations.Noise.Dropout;
import io.lockstep.engine.operations.Noise.GaussianDropout;
import io.lockstep.engine.operations.Noise.GaussianNoise;
import io.lockstep.engine.operations.Noise.SpatialDropout;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Resampling.PoolingKind;
import java.util.LinkedHashMap;
import java.util.Map;

/** Small graphs that between them use every operation. */
public final class TestGraphs {
    private TestGraphs() {}

    /** With more parameters than central differences have time for, or a gradient that is not the slope. */
    public static Map<String, Graph> large() {
        return Map.of(
                "tiles", tiles(),
                "tiles of many channels", manyTiles(),
                "several groups of rows of tiles", wideTiles(),
                "where gradients end", PrimitiveGraphs.stopped());
    }

    /** Of {@link #all} and {@link #large}. */
    public static Graph any(String name) {
        return large().getOrDefault(name, all().get(name));
    }

    public static Map<String, Graph> all() {
        Map<String, Graph> graphs = new LinkedHashMap<>();
        graphs.put("dense", mlp());
        graphs.put("convolutions", convolutions());
        graphs.put("residual", residual());
        graphs.put("residual with fixed statistics", residual(NORM.withFixedStatistics()));
        graphs.put("identity residual of the input", inputResidual());
        graphs.put("pooling", pooling());
        for (PoolingKind kind : PoolingKind.values()) {
            graphs.put("windows of " + kind, windows(kind));
        }
        graphs.put("groups", groups());
        graphs.put("weights with the outputs last", outputsLast());
        graphs.put("inception", inception());
        graphs.put("auxiliary classifiers", auxiliary());
        graphs.put("p-norms", norms(3, 2));
        graphs.put("p-norms without squares", norms(1, 1.5));
        for (Combination.How how : Combination.How.values()) {
            graphs.put("combination " + how, combination(how));
        }
        graphs.putAll(arities());
        graphs.put("one pixel", onePixel());
        graphs.put("response norm", responseNorm());
        graphs.put("response norm of one channel", loneResponseNorm());
        graphs.put("response norm over many channels", wideResponseNorm());
        graphs.put("transposed convolutions", transposed());
        graphs.put("transposed convolutions that leave gaps", transposedWithGaps());
        for (Rule rule : Rule.values()) {
            graphs.put("judgement " + rule, judgement(rule));
        }
        graphs.put("noise", noise());
        graphs.put("dropped weights", droppedWeights());
        for (Function function : Function.values()) {
            graphs.put(function.name(), function == Function.CUBE ? cubes() : activation(new Activation(function)));
        }
        graphs.put("LEAKY_RELU of 0.2", activation(new Activation(Function.LEAKY_RELU, 0.2)));
        graphs.put("ELU of 0.3", activation(new Activation(Function.ELU, 0.3)));
        graphs.put("THRESHOLDED_RELU of 0.1", activation(new Activation(Function.THRESHOLDED_RELU, 0.1)));
        graphs.putAll(SequenceGraphs.all());
        graphs.putAll(PrimitiveGraphs.all());
        return graphs;
    }

    /** A conditional discriminator: part of the input goes around the first layers. */
    public static Graph judgement(Rule rule) {
        return new GraphBuilder(Shape.vector(12))
                .add("picture", new ChannelRange(0, 9), "input")
                .add("condition", new ChannelRange(9, 3), "input")
                .add("square", new Reshape(new Shape(3, 3, 1)), "picture")
                .add("c1", conv(2, 2, 1, 0, true))
                .add("flat", new Reshape(Shape.vector(8)))
                .add("d1", new Dense(7, true))
                .add("a1", new Activation(Function.LEAKY_RELU))
                .add("both", new Concatenation(), "a1", "condition")
                .add("d2", new Dense(1, true))
                .add("loss", new BinaryLoss(rule))
                .build();
    }

    public static Graph mlp() {
        return new GraphBuilder(Shape.vector(13))
                .add("d1", new Dense(17, true))
                .add("n1", new BatchNorm(1e-5, 0.8, false))
                .add("r1", RELU)
                .add("drop", new Dropout(0.7))
                .add("d2", new Dense(5, true))
                .add("loss", new SoftmaxCrossEntropy(0.1))
                .build();
    }

    public static Graph combination(Combination.How how) {
        GraphBuilder graph = new GraphBuilder(new Shape(3, 4, 2))
                .add("a", conv(3, 1, 1, 0, true), "input")
                .add("b", conv(3, 3, 1, 1, true), "input");
        if (how == Combination.How.DIFFERENCE) {
            graph.add("both", new Combination(how), "a", "b");
        } else {
            graph.add("c", conv(3, 3, 1, 1, false), "input").add("both", new Combination(how), "a", "b", "c");
        }
        return graph.add("flat", new Flatten(false))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** What takes any number of inputs, of 1, 3 and 5, and of the same ones again; behind a batch norm, before a ReLU. */
    public static Map<String, Graph> arities() {
        Map<String, Operation> operations = new LinkedHashMap<>();
        operations.put("sum", new Add());
        operations.put("concatenation", new Concatenation());
        for (Combination.How how : Combination.How.values()) {
            operations.put("combination " + how, new Combination(how));
        }
        String[][] inputs = {{"n"}, {"n", "n"}, {"b", "n", "b"}, {"n", "input", "b", "m", "b"}, {"input", "input"}};
        Map<String, Graph> graphs = new LinkedHashMap<>();
        operations.forEach((name, operation) -> {
            for (String[] each : inputs) {
                if (each.length >= operation.fewestInputs() && each.length <= operation.mostInputs()) {
                    graphs.put(name + " of " + String.join(", ", each), joined(operation, each));
                }
            }
        });
        return graphs;
    }

    private static Graph joined(Operation operation, String... inputs) {
        return new GraphBuilder(new Shape(2, 3, 4))
                .add("a", conv(4, 1, 1, 0, false), "input")
                .add("n", NORM)
                .add("b", conv(4, 1, 1, 0, true), "n")
                .add("m", NORM)
                .add("joined", operation, inputs)
                .add("gate", RELU)
                .add("flat", new Flatten(false))
                .add("from", new Flatten(false), "m")
                .add("all", new Concatenation(), "flat", "from")
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** 17 and 16 channels: oneDNN has code of its own for multiples of 16. */
    public static Graph responseNorm() {
        return new GraphBuilder(new Shape(4, 3, 2))
                .add("c", conv(17, 3, 1, 1, true))
                .add("n", new ResponseNorm(5, 2, 0.1, 0.75))
                .add("d", conv(16, 1, 1, 0, true))
                .add("m", new ResponseNorm(3, 1, 0.2, 0.5))
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Each channel by itself, and one that is alone. */
    public static Graph loneResponseNorm() {
        return new GraphBuilder(new Shape(4, 3, 2))
                .add("c", conv(16, 3, 1, 1, true))
                .add("n", new ResponseNorm(1, 1, 0.3, 0.75))
                .add("d", conv(1, 1, 1, 0, true))
                .add("m", new ResponseNorm(1, 2, 0.2, 0.5))
                .add("k", new ResponseNorm(3, 2, 0.2, 0.5))
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Windows and channels that do not fill vectors of 16. */
    public static Graph wideResponseNorm() {
        return new GraphBuilder(new Shape(1, 2, 3))
                .add("c", conv(17, 1, 1, 0, true))
                .add("n", new ResponseNorm(9, 1, 0.3, 0.75))
                .add("d", conv(20, 1, 1, 0, true))
                .add("m", new ResponseNorm(13, 2, 0.2, 1))
                .add("e", conv(35, 1, 1, 0, true))
                .add("k", new ResponseNorm(7, 1, 0.2, 0.75))
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    public static Graph noise() {
        return new GraphBuilder(new Shape(3, 4, 2))
                .add("in", new GaussianNoise(0.3))
                .add("c", conv(5, 2, 1, 0, true))
                .add("maps", new SpatialDropout(0.6))
                .add("d", conv(4, 1, 1, 0, true))
                .add("gauss", new GaussianDropout(0.4))
                .add("flat", new Flatten(true))
                .add("alpha", new AlphaDropout(0.8))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    public static Graph droppedWeights() {
        return new GraphBuilder(new Shape(3, 4, 2))
                .add("c", conv(16, 2, 1, 0, true))
                .dropConnect("c", 0.5)
                .add("r", RELU)
                .add("flat", new Flatten(true))
                .add("d", new Dense(7, true))
                .dropConnect("d", 0.7)
                .add("out", new Dense(3, false))
                .dropConnect("out", 0.9)
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    public static Graph activation(Activation activation) {
        return new GraphBuilder(new Shape(3, 2, 2))
                .add("c", conv(5, 2, 1, 0, true))
                .add("f", activation)
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("g", activation)
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Of numbers below 1: cubes of large ones leave a softmax nothing but zeros and ones. */
    private static Graph cubes() {
        return new GraphBuilder(new Shape(3, 2, 2))
                .add("c", conv(5, 2, 1, 0, true))
                .add("small", new Activation(Function.TANH))
                .add("f", new Activation(Function.CUBE))
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("smaller", new Activation(Function.TANH))
                .add("g", new Activation(Function.CUBE))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Between convolutions of enough channels that bfloat16 is for them: one of oneDNN's, one of plain Java. */
    public static Graph activations() {
        return new GraphBuilder(new Shape(5, 4, 16))
                .add("c1", conv(32, 3, 1, 1, false))
                .add("n1", NORM)
                .add("f", new Activation(Function.LEAKY_RELU, 0.2))
                .add("c2", conv(16, 3, 1, 1, false))
                .add("n2", NORM)
                .add("g", new Activation(Function.SOFTSIGN))
                .add("c3", conv(16, 1, 1, 0, false))
                .add("flat", new Flatten(false))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }
}
