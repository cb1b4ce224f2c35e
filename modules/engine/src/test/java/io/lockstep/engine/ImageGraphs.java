package io.lockstep.engine;

import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Function;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.ZeroPadding;
import io.lockstep.engine.operations.Noise.Dropout;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Products.WeightOrder;
import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.PoolingKind;
import io.lockstep.engine.operations.Resampling.Upsampling;

/** Small graphs on images: convolutions, what stands between them, and windows. */
public final class ImageGraphs {
    private ImageGraphs() {}

    static Convolution conv(int outputs, int size, int stride, int padding, boolean bias) {
        return new Convolution(outputs, Window.square(size, stride, padding), 1, bias);
    }

    static final BatchNorm NORM = new BatchNorm(1e-5, 0.9, true);
    static final Activation RELU = new Activation(Function.RELU);

    /** A generator's, to 9 x 6 pixels: stride, dilation, asymmetric padding, one channel, without bias. */
    public static Graph transposed() {
        return new GraphBuilder(Shape.vector(11))
                .add("t1", new TransposedConvolution(16, Window.of(4, 3), true))
                .add("n1", NORM)
                .add("r1", RELU)
                .add(
                        "t2",
                        new TransposedConvolution(
                                17, Window.of(3, 2).strided(2, 2).padded(1, 0, 0, 1), true))
                .add("a2", new Activation(Function.TANH))
                .add(
                        "t3",
                        new TransposedConvolution(
                                1, Window.of(2, 2).padded(0, 1, 1, 0).dilated(2, 2), false))
                .add("flat", new Flatten(false))
                .add("d", new Dense(4, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Strides longer than the kernel, so that pixels between, and after the last, hold the bias alone. */
    public static Graph transposedWithGaps() {
        return new GraphBuilder(new Shape(3, 2, 5))
                .add("t1", new TransposedConvolution(16, Window.square(1, 2, 0), true, 1, 1)) // 6 x 4
                .add("a1", new Activation(Function.TANH))
                .add("t2", new TransposedConvolution(3, Window.of(2, 1).strided(3, 2), true, 1, 0)) // 18 x 7
                .add("a2", new Activation(Function.TANH))
                .add(
                        "t3",
                        new TransposedConvolution(
                                16, Window.of(3, 3).strided(2, 1).padded(1, 0, 2, 1), false, 0, 0))
                .add("pool", new Pooling(PoolingKind.AVERAGE, Window.of(4, 3).strided(4, 2)))
                .add("flat", new Flatten(false))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Strides, dilation, groups, asymmetric padding, bias; 7 x 5 pixels, 3 and 17 channels. */
    public static Graph convolutions() {
        return new GraphBuilder(new Shape(7, 5, 3))
                .add("c1", conv(17, 3, 1, 1, true))
                .add("a1", RELU)
                .add("c2", new Convolution(16, Window.of(3, 2).strided(2, 1).padded(1, 0, 0, 1), 1, true))
                .add("n2", NORM)
                .add("c3", new Convolution(32, Window.of(2, 2).padded(1, 1).dilated(2, 2), 2, false))
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

    static Graph residual(BatchNorm norm) {
        return new GraphBuilder(new Shape(6, 6, 3))
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
        return new GraphBuilder(new Shape(3, 3, 4))
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
        return new GraphBuilder(new Shape(9, 8, 2))
                .add("c", conv(16, 3, 1, 1, false))
                .add("n", NORM)
                .add("r", RELU)
                .add(
                        "max",
                        new Pooling(
                                PoolingKind.MAX, Window.of(3, 3).strided(2, 2).padded(1, 1)))
                .add("odd", new Pooling(PoolingKind.MAX, Window.square(1, 2, 0)))
                .add("c2", conv(5, 3, 1, 1, true))
                .add("avg", new Pooling(PoolingKind.AVERAGE, Window.of(3, 3).padded(1, 1)))
                .add("avgp", new Pooling(PoolingKind.AVERAGE_WITH_PADDING, Window.square(2, 2, 1)))
                .add("flat", new Flatten(false))
                .add("drop", new Dropout(0.5))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Dilated, and padded on one side more than on the other; in height and width differently. */
    public static Graph windows(PoolingKind kind) {
        return new GraphBuilder(new Shape(8, 7, 2))
                .add("c", conv(5, 1, 1, 0, true))
                .add(
                        "dilated",
                        new Pooling(
                                kind,
                                Window.of(3, 2).strided(1, 2).padded(1, 2, 2, 0).dilated(2, 3))) // 7 x 3
                .add("d", conv(16, 1, 1, 0, true))
                .add("lopsided", new Pooling(kind, Window.of(3, 4).strided(2, 1).padded(0, 2, 3, 1))) // 4 x 4
                .add("flat", new Flatten(false))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Two outputs for each input (a depth multiplier of 2), of few and of many channels; groups with a stride. */
    public static Graph groups() {
        return new GraphBuilder(new Shape(5, 6, 4))
                .add("twice", new Convolution(8, Window.square(3, 1, 1), 4, true))
                .add(
                        "strided",
                        new Convolution(32, Window.of(3, 2).strided(2, 1).padded(1, 0), 2, true)) // 3 x 5
                .add("a", new Activation(Function.TANH))
                .add("wide", new Convolution(64, Window.square(3, 2, 1), 32, false)) // 2 x 3
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** Whole, grouped and depthwise, of few and of many outputs; 3x3 windows, which tiles are not for then. */
    static Graph outputsLast() {
        Window window = Window.of(3, 2).padded(1, 0, 0, 1); // 6 x 5 stays
        return new GraphBuilder(new Shape(6, 5, 4))
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
    static Graph tiles() {
        return new GraphBuilder(new Shape(9, 7, 32))
                .add("framed", conv(64, 3, 1, 1, true)) // 9 x 7
                .add("framedRelu", RELU)
                .add("framedNorm", NORM)
                .add("bare", conv(48, 3, 1, 0, false)) // 7 x 5
                .add("bareNorm", NORM)
                .add("bareRelu", RELU)
                .add("uneven", new Convolution(32, Window.of(3, 3).padded(2, 1, 0, 2), 1, true)) // 8 x 5
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
        return new GraphBuilder(new Shape(4, 4, 256))
                .add("c", conv(144, 3, 1, 1, true))
                .add("relu", RELU)
                .add("pool", new Pooling(PoolingKind.AVERAGE, Window.square(4, 1, 0)))
                .add("flat", new Flatten(true))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    /** A row has 12 tiles, and all examples more than are transformed at a time; some weights are dropped. */
    static Graph wideTiles() {
        return new GraphBuilder(new Shape(9, 45, 32))
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
    static Graph manyTiles() {
        return new GraphBuilder(new Shape(8, 4, 256))
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
        return new GraphBuilder(new Shape(4, 5, 3))
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
        return new GraphBuilder(new Shape(4, 5, 3))
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
        return new GraphBuilder(new Shape(3, 4, 2))
                .add("c", conv(3, 1, 1, 0, true))
                .add("up", new Upsampling(2, 3))
                .add("p1", new NormPooling(first, Window.square(3, 2, 1)))
                .add("c2", conv(4, 1, 1, 0, true))
                .add("p2", new NormPooling(second, Window.of(3, 6)))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }

    public static Graph onePixel() {
        return new GraphBuilder(new Shape(1, 1, 1))
                .add("c", conv(1, 3, 1, 1, true))
                .add("n", NORM)
                .add("out", new Dense(2, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }
}
