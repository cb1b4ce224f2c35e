package io.lockstep.engine;

import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Function;
import io.lockstep.engine.operations.Formulas.BentRelu;
import io.lockstep.engine.operations.Formulas.Binary;
import io.lockstep.engine.operations.Formulas.Formula;
import io.lockstep.engine.operations.Formulas.Unary;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.NodeProducts.MatrixProduct;
import io.lockstep.engine.operations.PairFormula;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Rearrangements.DepthToSpace;
import io.lockstep.engine.operations.Rearrangements.ReversedTimeSteps;
import io.lockstep.engine.operations.Rearrangements.Slice;
import io.lockstep.engine.operations.Rearrangements.SpaceToDepth;
import io.lockstep.engine.operations.Rearrangements.StopGradient;
import io.lockstep.engine.operations.Rearrangements.Tiled;
import io.lockstep.engine.operations.Rearrangements.Transpose;
import io.lockstep.engine.operations.Reductions.How;
import io.lockstep.engine.operations.Reductions.Over;
import io.lockstep.engine.operations.Reductions.Reduce;
import io.lockstep.engine.operations.Reductions.Softmax;
import io.lockstep.engine.operations.Reductions.UnitLength;
import io.lockstep.engine.operations.Sources.Constant;
import io.lockstep.engine.operations.Sources.Distribution;
import io.lockstep.engine.operations.Sources.Parameter;
import io.lockstep.engine.operations.Sources.RandomNumbers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One for each operation that says its own arithmetic. */
final class PrimitiveGraphs {
    private PrimitiveGraphs() {}

    static Map<String, Graph> all() {
        Map<String, Graph> graphs = new LinkedHashMap<>();
        for (Formula formula : Formula.values()) {
            graphs.put("formula " + formula, onPositives(new Unary(formula, 0.7)));
        }
        graphs.put("bent ReLU", onPositives(new BentRelu(0.8, 0.5, 0.2)));
        for (PairFormula pair : PairFormula.values()) {
            graphs.put("pair " + pair, pair(pair, "gate", "shares"));
            graphs.put("pair " + pair + " of a shape", pair(pair, "shares", "gate"));
        }
        graphs.put("pair of a pixel and a channel", pair(PairFormula.PRODUCT, "shares", "channel"));
        for (Over over : Over.values()) {
            for (How how : How.values()) {
                graphs.put(how + " over " + over, onPositives(new Reduce(how, over)));
            }
            graphs.put("softmax over " + over, onPositives(new Softmax(over)));
            graphs.put("unit length over " + over, onPositives(new UnitLength(over, 0.01)));
        }
        for (Operation each : List.of(
                new Transpose(List.of(2, 0, 1)),
                new Slice(1, 1, 0, new Shape(2, 3, 2)),
                new Tiled(2, 1, 3),
                new SpaceToDepth(2),
                new DepthToSpace(2))) {
            graphs.put(each.toString(), onPositives(each));
        }
        graphs.put("reversed steps", onSequences(new ReversedTimeSteps(), "a"));
        graphs.put("matrix product", onSequences(new MatrixProduct(false, true), "a", "b"));
        graphs.put("matrix product of a transpose", onSequences(new MatrixProduct(true, false), "a", "b"));
        graphs.put("matrix product with itself", onSequences(new MatrixProduct(true, false), "a", "a"));
        graphs.put("sources", sources());
        graphs.put("two towers", towers());
        graphs.put(
                "softmax of pixels",
                new GraphBuilder(new Shape(3, 2, 2))
                        .add("scores", new Convolution(4, Window.square(3, 1, 1), 1, true))
                        .add("loss", new SoftmaxCrossEntropy(0.1, 0.5))
                        .build());
        return graphs;
    }

    private static Graph sources() {
        return ended(positives()
                .add("learned", new Parameter(new Shape(4, 1, 4)))
                .add("shifted", new Binary(PairFormula.SUM), "gate", "learned")
                .add("given", new Constant(Shape.vector(4), List.of(0.5f, -1f, 2f, 1f)))
                .add("scaled", new Binary(PairFormula.PRODUCT), "shifted", "given")
                .add("uniform", new RandomNumbers(new Shape(4, 4, 1), Distribution.UNIFORM))
                .add("normal", new RandomNumbers(new Shape(4, 4, 4), Distribution.NORMAL))
                .add("noise", new Binary(PairFormula.PRODUCT), "normal", "uniform")
                .add("noisy", new Binary(PairFormula.SUM), "scaled", "noise"));
    }

    /** Of which the second has the parameters of the first. */
    private static Graph towers() {
        return ended(new GraphBuilder(Shape.vector(6))
                .add("left", new ChannelRange(0, 3), "input")
                .add("right", new ChannelRange(3, 3), "input")
                .add("tower", new Dense(4, true), "left")
                .add("between", new Dense(4, false), "tower")
                .addShared("twin", "tower", "right")
                .addShared("twin again", "between", "twin")
                .add("apart", new Binary(PairFormula.PRODUCT), "between", "twin again"));
    }

    /** A node with parameters that no loss hears of, and one that two ways lead to, of which one is closed. */
    static Graph stopped() {
        Convolution one = new Convolution(4, Window.square(1, 1, 0), 1, true);
        return ended(positives()
                .add("unheard", one, "input")
                .add("closed", new StopGradient())
                .add("half", new StopGradient(), "gate")
                .add("both", new Binary(PairFormula.PRODUCT), "half", "closed")
                .add("sum", new Binary(PairFormula.SUM), "both", "gate"));
    }

    private static GraphBuilder positives() {
        Convolution one = new Convolution(4, Window.square(1, 1, 0), 1, true);
        return new GraphBuilder(new Shape(4, 4, 2)).add("a", one).add("gate", new Activation(Function.SIGMOID));
    }

    private static Graph onPositives(Operation operation) {
        return ended(positives().add("operation", operation));
    }

    private static Graph pair(PairFormula pair, String first, String second) {
        GraphBuilder graph = positives()
                .add("one", new Convolution(1, Window.square(1, 1, 0), 1, true), "input")
                .add("shares", new Activation(Function.SIGMOID))
                .add("channel", new Reduce(How.MEAN, Over.PIXELS), "gate")
                .add("operation", new Binary(pair), first, second);
        return ended(graph);
    }

    private static Graph onSequences(Operation operation, String... inputs) {
        return ended(new GraphBuilder(Shape.sequence(3, 2))
                .add("a", new Dense(4, true), "input")
                .add("b", new Dense(4, true), "input")
                .add("gathered", new Binary(PairFormula.SUM), "a", "b") // both are read, whatever the operation reads
                .add("operation", operation, inputs)
                .add("first", new Reduce(How.MEAN, Over.ALL), "operation")
                .add("second", new Reduce(How.MEAN, Over.ALL), "gathered")
                .add("sum", new Binary(PairFormula.SUM), "first", "second")
                .add("all", new Binary(PairFormula.SUM), "operation", "sum"));
    }

    private static Graph ended(GraphBuilder graph) {
        return graph.add("flat", new Flatten(false))
                .add("out", new Dense(3, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
    }
}
