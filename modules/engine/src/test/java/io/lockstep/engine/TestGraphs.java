package io.lockstep.engine;

import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Combination;
import io.lockstep.engine.operations.Elementwise.Function;
import io.lockstep.engine.operations.Losses.Judgement;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Moves.ZeroPadding;
import io.lockstep.engine.operations.Noise.AlphaDropout;
import io.lockstep.engine.operations.Noise.Dropout;
import io.lockstep.engine.operations.Noise.GaussianDropout;
import io.lockstep.engine.operations.Noise.GaussianNoise;
import io.lockstep.engine.operations.Noise.SpatialDropout;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Products.WeightOrder;
import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.PoolingKind;
import io.lockstep.engine.operations.Resampling.Upsampling;
import io.lockstep.engine.operations.Sequences.Embedding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Small graphs that between them use every operation, and data for them. */
public final class TestGraphs {
    private static final int SMALLEST_VOCABULARY = 3;

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

    private static Convolution conv(int outputs, int size, int stride, int padding, boolean bias) {
        return new Convolution(outputs, Window.square(size, stride, padding), 1, bias);
    }

    private static final BatchNorm NORM = new BatchNorm(1e-5, 0.9, true);
    private static final Activation RELU = new Activation(Function.RELU);

    /** A generator's, to 9 x 6 pixels: stride, dilation, asymmetric padding, one channel, without bias. */
    public static Graph transposed() {
        return new Graph.Builder(Shape.vector(11))
                .add("t1", new TransposedConvolution(16, new Window(4, 3, 1, 1, 0, 0, 0, 0, 1, 1), true))
                .add("n1", NORM)
                .add("r1", RELU)
                .add("t2", new TransposedConvolution(17, new Window(3, 2, 2, 2, 1, 0, 0, 1, 1, 1), true))
                .add("a2", new Activation(Function.TANH))
                .add("t3", new TransposedConvolution(1, new Window(2, 2, 1, 1, 0, 1, 1, 0, 2, 2), false))
                .add("flat", new Flatten(false))
                .add("d", new Dense(4, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Strides longer than the kernel, so that pixels between, and after the last, hold the bias alone. */
    public static Graph transposedWithGaps() {
        return new Graph.Builder(new Shape(3, 2, 5))
                .add("t1", new TransposedConvolution(16, Window.square(1, 2, 0), true, 1, 1)) // 6 x 4
                .add("a1", new Activation(Function.TANH))
                .add("t2", new TransposedConvolution(3, new Window(2, 1, 3, 2, 0, 0, 0, 0, 1, 1), true, 1, 0)) // 18 x 7
                .add("a2", new Activation(Function.TANH))
                .add("t3", new TransposedConvolution(16, new Window(3, 3, 2, 1, 1, 0, 2, 1, 1, 1), false, 0, 0))
                .add("pool", new Pooling(PoolingKind.AVERAGE, new Window(4, 3, 4, 2, 0, 0, 0, 0, 1, 1)))
                .add("flat", new Flatten(false))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** A conditional discriminator: part of the input goes around the first layers. */
    public static Graph judgement(Rule rule) {
        return new Graph.Builder(Shape.vector(12))
                .add("picture", new ChannelRange(0, 9), "input")
                .add("condition", new ChannelRange(9, 3), "input")
                .add("square", new Reshape(new Shape(3, 3, 1)), "picture")
                .add("c1", conv(2, 2, 1, 0, true))
                .add("flat", new Reshape(Shape.vector(8)))
                .add("d1", new Dense(7, true))
                .add("a1", new Activation(Function.LEAKY_RELU))
                .add("both", new Concatenation(), "a1", "condition")
                .add("d2", new Dense(1, true))
                .add("loss", new Judgement(rule))
                .build();
    }

    public static Graph mlp() {
        return new Graph.Builder(Shape.vector(13))
                .add("d1", new Dense(17, true))
                .add("n1", new BatchNorm(1e-5, 0.8, false))
                .add("r1", RELU)
                .add("drop", new Dropout(0.7))
                .add("d2", new Dense(5, true))
                .add("loss", new SoftmaxCrossEntropy(0.1))
                .build();
    }

    /** Strides, dilation, groups, asymmetric padding, bias; 7 x 5 pixels, 3 and 17 channels. */
    public static Graph convolutions() {
        return new Graph.Builder(new Shape(7, 5, 3))
                .add("c1", conv(17, 3, 1, 1, true))
                .add("a1", RELU)
                .add("c2", new Convolution(16, new Window(3, 2, 2, 1, 1, 0, 0, 1, 1, 1), 1, true))
                .add("n2", NORM)
                .add("c3", new Convolution(32, new Window(2, 2, 1, 1, 1, 1, 1, 1, 2, 2), 2, false))
                .add("n3", NORM)
                .add("r3", RELU)
                .add("c4", new Convolution(32, Window.square(3, 1, 1), 32, true))
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, false))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Identity and projection shortcuts, as in ResNet. */
    public static Graph residual() {
        return residual(NORM);
    }

    private static Graph residual(BatchNorm norm) {
        return new Graph.Builder(new Shape(6, 6, 3))
                .add("stem", conv(16, 3, 1, 1, false))
                .add("stemNorm", norm)
                .add("stemRelu", RELU)
                .add("a1", conv(16, 3, 1, 1, false))
                .add("a1n", norm)
                .add("a1r", RELU)
                .add("a2", conv(16, 3, 1, 1, false))
                .add("a2n", norm)
                .add("aAdd", new Add(), "a2n", "stemRelu")
                .add("aRelu", RELU)
                .add("b1", conv(24, 3, 2, 1, false))
                .add("b1n", norm)
                .add("b1r", RELU)
                .add("b2", conv(24, 3, 1, 1, false))
                .add("b2n", norm)
                .add("bs", conv(24, 1, 2, 0, false), "aRelu")
                .add("bsn", norm)
                .add("bAdd", new Add(), "b2n", "bsn")
                .add("bRelu", RELU)
                .add("pool", new Pooling(PoolingKind.AVERAGE, Window.square(3, 1, 0)))
                .add("out", new Dense(4, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Sums of three, a tensor with three consumers, a batch norm of a sum that nothing gates. */
    public static Graph inputResidual() {
        return new Graph.Builder(new Shape(3, 3, 4))
                .add("c", conv(4, 3, 1, 1, true), "input")
                .add("n", NORM)
                .add("sum", new Add(), "input", "n", "c")
                .add("d", conv(4, 1, 1, 0, true), "sum")
                .add("dn", NORM)
                .add("again", new Add(), "dn", "sum")
                .add("e", conv(4, 1, 1, 0, false), "sum")
                .add("last", new Add(), "again", "e")
                .add("flat", new Flatten(true))
                .add("out", new Dense(2, true))
                .add("loss", new SoftmaxCrossEntropy(0.2))
                .build();
    }

    public static Graph pooling() {
        return new Graph.Builder(new Shape(9, 8, 2))
                .add("c", conv(16, 3, 1, 1, false))
                .add("n", NORM)
                .add("r", RELU)
                .add("max", new Pooling(PoolingKind.MAX, new Window(3, 3, 2, 2, 1, 1, 1, 1, 1, 1)))
                .add("odd", new Pooling(PoolingKind.MAX, Window.square(1, 2, 0)))
                .add("c2", conv(5, 3, 1, 1, true))
                .add("avg", new Pooling(PoolingKind.AVERAGE, new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1)))
                .add("avgp", new Pooling(PoolingKind.AVERAGE_WITH_PADDING, Window.square(2, 2, 1)))
                .add("flat", new Flatten(false))
                .add("drop", new Dropout(0.5))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Dilated, and padded on one side more than on the other; in height and width differently. */
    public static Graph windows(PoolingKind kind) {
        return new Graph.Builder(new Shape(8, 7, 2))
                .add("c", conv(5, 1, 1, 0, true))
                .add("dilated", new Pooling(kind, new Window(3, 2, 1, 2, 1, 2, 2, 0, 2, 3))) // 7 x 3
                .add("d", conv(16, 1, 1, 0, true))
                .add("lopsided", new Pooling(kind, new Window(3, 4, 2, 1, 0, 2, 3, 1, 1, 1))) // 4 x 4
                .add("flat", new Flatten(false))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Two outputs for each input (a depth multiplier of 2), of few and of many channels; groups with a stride. */
    public static Graph groups() {
        return new Graph.Builder(new Shape(5, 6, 4))
                .add("twice", new Convolution(8, Window.square(3, 1, 1), 4, true))
                .add("strided", new Convolution(32, new Window(3, 2, 2, 1, 1, 1, 0, 0, 1, 1), 2, true)) // 3 x 5
                .add("a", new Activation(Function.TANH))
                .add("wide", new Convolution(64, Window.square(3, 2, 1), 32, false)) // 2 x 3
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Whole, grouped and depthwise, of few and of many outputs; 3x3 windows, which tiles are not for then. */
    private static Graph outputsLast() {
        Window window = new Window(3, 2, 1, 1, 1, 0, 0, 1, 1, 1); // 6 x 5 stays
        return new Graph.Builder(new Shape(6, 5, 4))
                .add("twice", new Convolution(8, window, 4, true, WeightOrder.OUTPUTS_LAST))
                .add("many", new Convolution(128, Window.square(3, 1, 1), 1, true, WeightOrder.OUTPUTS_LAST))
                .add("a", new Activation(Function.TANH))
                .add("grouped", new Convolution(32, Window.square(3, 2, 1), 2, false, WeightOrder.OUTPUTS_LAST))
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Convolutions that are computed by tiles: at edges, without a frame, with an uneven one, from and to fewer channels. */
    private static Graph tiles() {
        return new Graph.Builder(new Shape(9, 7, 32))
                .add("framed", conv(64, 3, 1, 1, true)) // 9 x 7
                .add("framedRelu", RELU)
                .add("framedNorm", NORM)
                .add("bare", conv(48, 3, 1, 0, false)) // 7 x 5
                .add("bareNorm", NORM)
                .add("bareRelu", RELU)
                .add("uneven", new Convolution(32, new Window(3, 3, 1, 1, 2, 1, 0, 2, 1, 1), 1, true)) // 8 x 5
                .add("unevenRelu", RELU)
                .add("unevenNorm", NORM)
                .add("whole", conv(32, 3, 1, 1, false)) // 8 x 5
                .add("wholeNorm", NORM)
                .add("joined", new Concatenation(), "wholeNorm", "unevenNorm")
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** The gradient of a batch is the sum of its examples'. */
    public static Graph tilesWithoutNorm() {
        return new Graph.Builder(new Shape(4, 4, 256))
                .add("c", conv(144, 3, 1, 1, true))
                .add("relu", RELU)
                .add("pool", new Pooling(PoolingKind.AVERAGE, Window.square(4, 1, 0)))
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** A row has 12 tiles, and all examples more than are transformed at a time; some weights are dropped. */
    private static Graph wideTiles() {
        return new Graph.Builder(new Shape(9, 45, 32))
                .add("wide", conv(32, 3, 1, 1, true))
                .dropConnect("wide", 0.8)
                .add("relu", RELU)
                .add("norm", NORM)
                .add("pool", new Pooling(PoolingKind.AVERAGE, Window.square(9, 9, 0)))
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** So many channels that the weights of some of them at a time are transformed. */
    private static Graph manyTiles() {
        return new Graph.Builder(new Shape(8, 4, 256))
                .add("few", conv(144, 3, 1, 1, true))
                .add("fewRelu", RELU)
                .add("fewNorm", NORM)
                .add("again", conv(80, 3, 1, 1, false))
                .add("againNorm", NORM)
                .add("pool", new Pooling(PoolingKind.AVERAGE, Window.square(4, 1, 0)))
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    public static Graph inception() {
        return new Graph.Builder(new Shape(4, 5, 3))
                .add("a", conv(8, 1, 1, 0, true), "input")
                .add("ar", RELU)
                .add("b", conv(16, 3, 1, 1, true), "input")
                .add("br", RELU)
                .add("p", new Pooling(PoolingKind.MAX, Window.square(3, 1, 1)), "ar")
                .add("cat", new Concatenation(), "ar", "br", "p")
                .add("pad", new ZeroPadding(1, 0, 0, 2, 3, 1))
                .add("c", conv(6, 3, 1, 0, true))
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** One in the middle, and one whose parameters lie behind those of the network's own. */
    public static Graph auxiliary() {
        return new Graph.Builder(new Shape(4, 5, 3))
                .add("c1", conv(6, 3, 1, 1, true), "input")
                .add("r1", RELU)
                .add("aux1", new Pooling(PoolingKind.AVERAGE, Window.square(2, 2, 0)), "r1")
                .add("flat1", new Flatten(false))
                .add("scores1", new Dense(3, true))
                .add("loss1", new SoftmaxCrossEntropy(0.1, 0.3))
                .add("c2", conv(5, 3, 1, 0, false), "r1")
                .add("n2", NORM)
                .add("r2", RELU)
                .add("flat2", new Flatten(false))
                .add("scores", new Dense(3, true))
                .add("hidden3", new Dense(4, true), "flat2")
                .add("scores3", new Dense(3, true))
                .add("loss3", new SoftmaxCrossEntropy(0, 0.5))
                .add("loss", new SoftmaxCrossEntropy(0.1), "scores")
                .build();
    }

    /** Upsampling, and norms of windows that overlap, hang over the border, and are the whole picture. */
    public static Graph norms(double first, double second) {
        return new Graph.Builder(new Shape(3, 4, 2))
                .add("c", conv(3, 1, 1, 0, true))
                .add("up", new Upsampling(2, 3))
                .add("p1", new NormPooling(first, Window.square(3, 2, 1)))
                .add("c2", conv(4, 1, 1, 0, true))
                .add("p2", new NormPooling(second, new Window(3, 6, 1, 1, 0, 0, 0, 0, 1, 1)))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    public static Graph combination(Combination.How how) {
        Graph.Builder graph = new Graph.Builder(new Shape(3, 4, 2))
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
        return new Graph.Builder(new Shape(2, 3, 4))
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

    public static Graph onePixel() {
        return new Graph.Builder(new Shape(1, 1, 1))
                .add("c", conv(1, 3, 1, 1, true))
                .add("n", NORM)
                .add("out", new Dense(2, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** 17 and 16 channels: oneDNN has code of its own for multiples of 16. */
    public static Graph responseNorm() {
        return new Graph.Builder(new Shape(4, 3, 2))
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
        return new Graph.Builder(new Shape(4, 3, 2))
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
        return new Graph.Builder(new Shape(1, 2, 3))
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
        return new Graph.Builder(new Shape(3, 4, 2))
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
        return new Graph.Builder(new Shape(3, 4, 2))
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
        return new Graph.Builder(new Shape(3, 2, 2))
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
        return new Graph.Builder(new Shape(3, 2, 2))
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
        return new Graph.Builder(new Shape(5, 4, 16))
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

    // ------------------------------------------------------------------ data

    public static float[] parameters(Graph graph, long seed) {
        Random random = new Random(seed);
        float[] values = new float[Math.toIntExact(graph.parameters())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.4 * random.nextGaussian());
        }
        for (Graph.Node node : graph.nodes()) {
            if (node.operation() instanceof BatchNorm) {
                int channels = node.shape().channels();
                int at = (int) node.parametersAt();
                for (int c = 0; c < channels; c++) {
                    values[at + c] = 0.5f + random.nextFloat();
                    values[at + 3 * channels + c] = 0.2f + random.nextFloat();
                }
            }
        }
        return values;
    }

    public static ByteBuffer features(Graph graph, int examples, long seed) {
        Random random = new Random(seed);
        int count = examples * graph.inputShape().elements();
        ByteBuffer features = ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < count; i++) {
            float value = embeds(graph) ? random.nextInt(SMALLEST_VOCABULARY) : (float) (random.nextGaussian() + 0.5);
            features.putFloat(i * Float.BYTES, value);
        }
        return features;
    }

    /** Whether the input is whole numbers. */
    public static boolean embeds(Graph graph) {
        return graph.nodes().stream().anyMatch(node -> node.operation() instanceof Embedding);
    }

    public static IntBuffer labels(Graph graph, int examples, long seed) {
        Random random = new Random(seed);
        int steps = graph.last().shape().pixels();
        int classes = graph.last().operation() instanceof Judgement
                ? 2
                : graph.last().shape().channels();
        IntBuffer labels = IntBuffer.allocate(examples * steps);
        for (int i = 0; i < examples * steps; i++) {
            boolean without = steps > 1 && random.nextInt(5) == 0;
            labels.put(i, without ? SoftmaxCrossEntropy.NO_LABEL : random.nextInt(classes));
        }
        return labels;
    }

    public static void load(Plan plan, float[] parameters) {
        ByteBuffer to = plan.parameters();
        for (int i = 0; i < parameters.length; i++) {
            to.putFloat(i * Float.BYTES, parameters[i]);
        }
    }
}
