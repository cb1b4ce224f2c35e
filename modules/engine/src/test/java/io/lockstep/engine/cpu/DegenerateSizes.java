package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Function;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Pixels;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Moves.Rows;
import io.lockstep.engine.operations.Moves.ZeroPadding;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.GroupNorm;
import io.lockstep.engine.operations.Norm.LayerNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Recurrent.Gru;
import io.lockstep.engine.operations.Recurrent.Lstm;
import io.lockstep.engine.operations.Recurrent.SimpleRnn;
import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.PoolingKind;
import io.lockstep.engine.operations.Resampling.Upsampling;
import io.lockstep.engine.operations.Sequences.ClassToken;
import io.lockstep.engine.operations.Sequences.Positions;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import io.lockstep.engine.operations.Sequences.TimeStepRange;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A program of its own: every operation at the smallest sizes it can have (one channel, one pixel, a window of one, one
 * group, one step, strides longer than kernels, batches of one), against the reference. oneDNN has code of its own for many
 * of them, and where that is wrong the process may end; so each case is written down before it begins.
 *
 * <pre>
 *   DegenerateSizes JOURNAL FIRST few|all
 * </pre>
 *
 * The journal gets a line {@code begin NUMBER NAME} a case; {@code wrong NUMBER WHY} where it differs, {@code refused
 * NUMBER WHY} where the backend says that it does not have it; then {@code end}.
 */
final class DegenerateSizes {
    private static final int[] CHANNELS = {1, 17, 2, 8, 15, 16};
    private static final int[][] PIXELS = {{1, 1}, {3, 3}, {1, 2}, {4, 1}};
    private static final int FEW = 2;
    private static final int CAPACITY = 3;

    private final Map<String, Graph> cases = new LinkedHashMap<>();

    private DegenerateSizes() {}

    /** @param few the first sizes alone: a sixth of all, in some seconds */
    private static Map<String, Graph> cases(boolean few) {
        DegenerateSizes sizes = new DegenerateSizes();
        for (int channels : few ? Arrays.copyOf(CHANNELS, FEW) : CHANNELS) {
            for (int[] pixels : few ? Arrays.copyOf(PIXELS, FEW) : PIXELS) {
                Shape shape = new Shape(pixels[0], pixels[1], channels);
                windows(shape).forEach(window -> sizes.addWindow(shape, window));
                sizes.addOthers(shape);
                if (shape.width() == 1) {
                    sizes.addSequences(shape);
                }
            }
        }
        return sizes.cases;
    }

    public static void main(String[] arguments) throws Exception {
        Path journal = Path.of(arguments[0]);
        int first = Integer.parseInt(arguments[1]);
        try (var out = Files.newBufferedWriter(
                journal, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            List<Map.Entry<String, Graph>> cases =
                    new ArrayList<>(cases(arguments[2].equals("few")).entrySet());
            for (int i = first; i < cases.size(); i++) {
                out.write("begin " + i + " " + cases.get(i).getKey() + "\n");
                out.flush();
                try {
                    AgainstReference.compare(cases.get(i).getValue(), 2, CAPACITY, CAPACITY, 1);
                } catch (UnsupportedOperationException e) {
                    out.write("refused " + i + " " + e.getMessage() + "\n");
                } catch (RuntimeException | AssertionError e) {
                    out.write("wrong " + i + " " + String.valueOf(e).replaceAll("\\s+", " ") + "\n");
                }
            }
            out.write("end\n");
        }
    }

    // ------------------------------------------------------------------ cases

    /** Of one pixel, strides longer than the kernel, padding as wide as the kernel, the whole picture, dilated. */
    private static List<Window> windows(Shape x) {
        List<Window> all = new ArrayList<>(List.of(
                Window.square(1, 1, 0),
                Window.square(1, 2, 0),
                Window.square(1, 3, 1),
                Window.square(2, 3, 1),
                Window.square(3, 1, 1),
                Window.square(3, 5, 2),
                Window.of(x.height(), x.width()),
                Window.of(x.height(), x.width()).strided(4, 4),
                Window.of(1, 2).padded(0, 0, 0, 1),
                Window.of(2, 1).strided(1, 2).padded(1, 0, 0, 0),
                Window.of(2, 2).padded(1, 1).dilated(2, 2),
                Window.of(2, 3).strided(3, 2).padded(1, 2, 2, 3).dilated(3, 2)));
        all.removeIf(window -> !fits(window, x));
        return all;
    }

    private static boolean fits(Window window, Shape x) {
        try {
            new Shape(window.outputHeight(x.height()), window.outputWidth(x.width()), 1);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void addWindow(Shape shape, Window window) {
        for (int outputs : new int[] {1, 16, 17}) {
            put(shape, new Convolution(outputs, window, 1, outputs > 1));
        }
        put(shape, new Convolution(shape.channels(), window, shape.channels(), true));
        put(shape, new Convolution(2 * shape.channels(), window, shape.channels(), false));
        for (int outputs : new int[] {1, 16, 17}) {
            if (fitsTransposed(window, shape)) {
                int rows = outputs > 1 ? window.strideHeight() - 1 : 0;
                int columns = outputs > 1 ? window.strideWidth() - 1 : 0;
                put(shape, new TransposedConvolution(outputs, window, outputs > 1, rows, columns));
            }
        }
        for (PoolingKind kind : PoolingKind.values()) {
            if (kind == PoolingKind.AVERAGE_WITH_PADDING || !window.seesPaddingAlone(shape)) {
                put(shape, new Pooling(kind, window));
            }
        }
        put(shape, new NormPooling(2, window));
    }

    private static boolean fitsTransposed(Window window, Shape x) {
        return window.inputHeight(x.height()) > 0 && window.inputWidth(x.width()) > 0;
    }

    private void addOthers(Shape shape) {
        for (int size : new int[] {1, 3, 5, 7, 9, 13, 17}) {
            put(shape, new ResponseNorm(size, 1, 0.3, 0.75));
            put(shape, new ResponseNorm(size, 2, 0.1, 0.5));
        }
        put(shape, new BatchNorm(1e-2, 0.9, true));
        for (Function function : Function.values()) {
            if (function != Function.CUBE) {
                put(shape, new Activation(function));
            }
        }
        put(shape, new Flatten(true));
        put(shape, new Flatten(false));
        put(shape, new Concatenation());
        put(shape, new ChannelRange(0, shape.channels()));
        put(shape, new ChannelRange(shape.channels() - 1, 1));
        put(shape, new ZeroPadding(0, 0, 0, 0, 0, 0));
        put(shape, new ZeroPadding(1, 0, 0, 2, 0, 1));
        put(shape, new Upsampling(1, 1));
        put(shape, new Upsampling(2, 1));
        put(shape, new Reshape(Shape.vector(shape.elements())));
        put(shape, new Rows());
        put(shape, new Pixels());
        put(shape, new GroupNorm(1, 1e-2));
        if (shape.pixels() > 1) {
            put(shape, new GroupNorm(GroupNorm.CHANNELS, 1e-2));
        }
    }

    private void addSequences(Shape shape) {
        for (int units : new int[] {1, 16, 17}) {
            put(shape, new Dense(units, true));
            put(shape, new Dense(units, false));
            put(shape, new Lstm(units, false));
            put(shape, new SimpleRnn(units, true));
            put(shape, new Gru(units, false));
        }
        put(shape, new ClassToken());
        put(shape, new Positions(true));
        put(shape, new TimeStepRange(shape.height() - 1, 1));
        put(shape, new TakeTimeStep(TakeTimeStep.Which.LAST));
        if (shape.channels() > 1) {
            put(shape, new LayerNorm(1e-2, true));
        }
        if (shape.channels() % 3 == 0) {
            put(shape, new Attention(1, true, false));
            put(shape, new Attention(shape.channels() / 3, false, false));
        }
    }

    /** Behind a product, so that a gradient goes back, and before one, so that it is no constant. */
    private void put(Shape shape, Operation operation) {
        String name = shape + " " + operation;
        GraphBuilder graph = new GraphBuilder(shape)
                .add("before", new Convolution(shape.channels(), Window.square(1, 1, 0), 1, true))
                .add("it", operation)
                .add("flat", new Flatten(false))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0));
        cases.put(name, graph.build());
    }
}
