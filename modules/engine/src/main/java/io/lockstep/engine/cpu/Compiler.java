package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Loss;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Sums;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Function;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Moves.ZeroPadding;
import io.lockstep.engine.operations.Noise;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Sequences.StepMask;
import io.lockstep.kernels.VectorPasses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/** Turns a graph into the two programs of a plan: a training pass and an evaluation. */
final class Compiler {
    private final CpuPlan plan;
    private final Graph graph;
    private final Map<Integer, AutoCloseable> primitives = new HashMap<>();
    private final Map<Integer, BatchNormNode> norms = new HashMap<>();
    private final Map<Integer, List<MoveNode>> moves = new HashMap<>();
    private final Map<Integer, PlainNode> plain = new HashMap<>();
    private final Map<Integer, DropConnect> dropConnects = new LinkedHashMap<>();
    private final Map<Integer, Fusion> fusions;
    private final Rounding rounding;
    private final Map<Integer, LossNode> losses = new HashMap<>();
    /** By whether the pass is a training one: each node's output, where it is kept. */
    private final Map<Boolean, Tensor[]> kept = new HashMap<>();

    Compiler(CpuPlan plan, Graph graph) {
        this.plan = plan;
        this.graph = graph;
        fusions = Fusion.of(graph);
        rounding = new Rounding(plan);
        for (Node node : graph.nodes()) {
            make(node);
        }
    }

    /** What the losses told of a pass. */
    void collect(int examples, Sums sums) {
        for (int i = 0; i < sums.losses().size(); i++) {
            losses.get(sums.losses().get(i).index()).collect(examples, sums.valuesOf(i));
        }
    }

    List<AutoCloseable> owned() {
        List<AutoCloseable> all = new ArrayList<>(primitives.values());
        moves.values().forEach(all::addAll);
        all.add(rounding);
        return all;
    }

    /** Null for what is no convolution. */
    ConvolutionSteps convolutionOf(Node node) {
        return primitives.get(node.index()) instanceof ConvolutionSteps steps ? steps : null;
    }

    private void make(Node node) {
        Operation operation = node.operation();
        if (operation instanceof Loss) {
            losses.put(node.index(), LossNode.of(plan, graph, node));
        }
        if (graph.weightRetain(node) < 1) {
            dropConnects.put(node.index(), new DropConnect(plan, graph, node));
        }
        if (isConvolution(node)) {
            primitives.put(node.index(), makeConvolution(node, graph.inputShapeOf(node)));
        } else if (operation instanceof TransposedConvolution) {
            primitives.put(node.index(), new TransposedConvolutionNode(plan, node, graph.inputShapeOf(node)));
        } else if (operation instanceof Recurrent) {
            primitives.put(node.index(), RecurrentNode.product(plan, graph, node));
        } else if (operation instanceof Pooling) {
            primitives.put(node.index(), new PoolingNode(plan, node, graph.inputShapeOf(node)));
        } else if (PlainNode.has(node)) {
            plain.put(node.index(), PlainNode.of(plan, graph, node));
        } else if (operation instanceof Activation activation && activation.function() != Function.RELU) {
            primitives.put(node.index(), new ActivationNode(plan, node));
        } else if (operation instanceof ResponseNorm) {
            primitives.put(node.index(), new ResponseNormNode(plan, node));
        } else if (operation instanceof BatchNorm) {
            norms.put(node.index(), new BatchNormNode(plan, node));
        } else if (isMove(operation)) {
            int channels = 0;
            for (int input : node.inputs()) {
                moves.computeIfAbsent(node.index(), key -> new ArrayList<>())
                        .add(new MoveNode(plan, operation, graph.node(input).shape(), node.shape(), channels));
                channels += graph.node(input).shape().channels();
            }
        }
    }

    private ConvolutionSteps makeConvolution(Node node, Shape from) {
        if (node.operation() instanceof Dense) {
            return ConvolutionNode.ofSteps(plan, node, from);
        }
        return WinogradNode.suits(plan, node, from)
                ? new WinogradNode(plan, node, from)
                : new ConvolutionNode(plan, node, from);
    }

    /** Convolutions, and products of each step of a sequence, which are convolutions of one pixel. */
    private static boolean isConvolution(Node node) {
        return node.operation() instanceof Convolution
                || (node.operation() instanceof Dense && node.shape().pixels() > 1);
    }

    private static boolean isMove(Operation operation) {
        return operation instanceof Concatenation
                || operation instanceof ZeroPadding
                || operation instanceof ChannelRange
                || operation instanceof Reshape
                || operation instanceof Flatten;
    }

    Program evaluation() {
        return new Pass(false).forward();
    }

    /** Forward and backward; forward alone where there is no loss. */
    Program training() {
        Pass pass = new Pass(true);
        return losses.isEmpty() ? pass.forward() : pass.forwardBackward();
    }

    /** @throws IllegalArgumentException if it is not kept */
    Tensor output(boolean training, Node node) {
        Tensor tensor = kept.get(training)[node.index()];
        if (tensor == null) {
            throw new IllegalArgumentException("the output of " + node.name()
                    + " is not kept after this pass; mark it by" + " Graph.Builder.output or Graph.withOutputs");
        }
        return tensor;
    }

    /** One program under construction. */
    private final class Pass implements SequenceNode.Context {
        private final Map<Integer, SequenceNode> sequences = new HashMap<>();
        private final boolean training;
        private final Program program = new Program(plan.capacity());
        private final Tensor[] outputs = new Tensor[graph.nodes().size()];
        private final Tensor[] workspaces = new Tensor[graph.nodes().size()];
        private final List<List<Tensor>> gradients = new ArrayList<>();
        private final Map<Tensor, Tensor> rounded = new IdentityHashMap<>();
        private final int[] finalIn = new int[graph.nodes().size()];
        /** What each loss gives to the nodes that it reads. */
        private final Map<Integer, Tensor[]> lossGradients = new HashMap<>();

        Pass(boolean training) {
            this.training = training;
            graph.nodes().forEach(node -> gradients.add(new ArrayList<>()));
            if (!dropConnects.isEmpty()) {
                program.joint(
                        "drop weights",
                        (lane, lanes, examples) ->
                                dropConnects.values().forEach(each -> each.fill(training, lane.index, lanes)));
                program.newSegment();
            }
            program.joint("pack weights", plan.packJoint());
            if (!training) {
                norms.forEach((index, norm) -> program.joint("batch norm constants", norm.runningStatisticsJoint()));
            }
        }

        private Tensor output(Node node) {
            outputs[node.index()] = program.tensor(node.name(), node.shape().elements());
            return outputs[node.index()];
        }

        // -------------------------------------------------------------- forward

        Program forward() {
            BitSet leading = graph.leadingToResults();
            for (Node node : graph.nodes()) {
                if (!Fusion.absorbs(fusions, node) && (training || leading.get(node.index()))) {
                    forward(node);
                }
            }
            if (!training || losses.isEmpty()) {
                keep();
            }
            return program;
        }

        /** Outputs that are read after the pass: nothing overwrites them before its end. */
        private void keep() {
            Tensor[] all = new Tensor[outputs.length];
            for (Node node : graph.nodes()) {
                boolean result = node == graph.last() || graph.losses().contains(node);
                if (result && (!training || losses.isEmpty())) {
                    all[node.input()] = outputs[node.input()];
                }
                if (graph.isOutput(node)) {
                    all[node.index()] = outputs[node.index()];
                }
            }
            Arrays.stream(present(all)).forEach(tensor -> tensor.usedIn(program.currentSegment()));
            kept.put(training, all);
        }

        private void forward(Node node) {
            Operation operation = node.operation();
            String name = "forward " + node.name();
            if (operation instanceof BatchNorm) {
                forwardNorm(node, name);
                return;
            } else if (operation instanceof Operation.Last) {
                forwardLoss(node, name);
                return;
            }
            if ((isConvolution(node) || operation instanceof TransposedConvolution) && !training) {
                program.newSegment();
            }
            if (SequenceNode.has(operation)) {
                SequenceNode sequence =
                        SequenceNode.of(plan, graph, node, (PackedProduct) primitives.get(node.index()));
                sequences.put(node.index(), sequence);
                outputs[node.index()] = sequence.forward(this, inputsOf(node));
                return;
            }
            Tensor y = output(node);
            if (operation instanceof Input) {
                program.chunked(name, plan.inputStep(node, y), y);
                return;
            }
            Tensor x = outputs[node.input()];
            if (isConvolution(node)) {
                Tensor factor = factor(convolutionOf(node), x);
                convolutionOf(node).forward(program, name, factor, y);
            } else if (operation instanceof TransposedConvolution) {
                Tensor factor = factor(transposed(node).convolution(), x);
                program.chunked(name, transposed(node).forwardStep(factor, y), factor, y);
            } else if (operation instanceof Dense) {
                program.whole(name, dense(node).forwardStep(x, y), x, y);
            } else if (operation instanceof Pooling) {
                PoolingNode pooling = (PoolingNode) primitives.get(node.index());
                Tensor workspace = pooling.workspace(program, node.name());
                workspaces[node.index()] = workspace;
                program.chunked(name, pooling.forwardStep(x, workspace, y), present(x, y, workspace));
            } else if (plain.containsKey(node.index())) {
                Tensor[] all = inputsOf(node);
                program.chunked(name, plain.get(node.index()).forwardStep(all, y), with(all, y));
            } else if (operation instanceof ResponseNorm) {
                ResponseNormNode norm = (ResponseNormNode) primitives.get(node.index());
                Tensor workspace = norm.workspace(program, node.name());
                workspaces[node.index()] = workspace;
                program.chunked(name, norm.forwardStep(x, workspace, y), present(x, y, workspace));
            } else if (operation instanceof Activation activation) {
                program.chunked(name, activate(node, activation, x, y), x, y);
            } else if (operation instanceof Add) {
                forwardAdd(node, name, y);
            } else if (operation instanceof Noise) {
                Step step = training ? new NoiseNode(plan, node).forwardStep(x, y) : plan.copyStep(x, y);
                program.chunked(name, step, x, y);
            } else if (isMove(operation)) {
                for (int i = 0; i < node.inputs().size(); i++) {
                    Tensor part = outputs[node.inputs().get(i)];
                    program.chunked(name, moves.get(node.index()).get(i).forwardStep(part, y), part, y);
                }
            } else {
                throw new UnsupportedOperationException(node.name() + ": the CPU backend has no " + operation);
            }
        }

        /** What a convolution multiplies: the tensor itself, or a copy in its precision, of which there is one. */
        private Tensor factor(ConvolutionSteps convolution, Tensor x) {
            if (!convolution.rounds()) {
                return x;
            }
            return rounded.computeIfAbsent(x, key -> {
                Tensor copy = Rounding.copyOf(x, program);
                program.chunked("round " + x.name, rounding.step(x, copy), x, copy);
                return copy;
            });
        }

        private Step activate(Node node, Activation activation, Tensor x, Tensor y) {
            if (activation.function() != Function.RELU) {
                return ((ActivationNode) primitives.get(node.index())).forwardStep(x, y);
            }
            int elements = node.shape().elements();
            return (lane, from, to) -> VectorPasses.get().relu(x.buffer, x.at(from), (to - from) * elements, y.buffer);
        }

        private void forwardAdd(Node node, String name, Tensor y) {
            Tensor sum = outputs[node.input()];
            if (node.inputs().size() == 1) {
                program.chunked(name, plan.copyStep(sum, y), sum, y);
                return;
            }
            for (int i = 1; i < node.inputs().size(); i++) {
                Tensor part = outputs[node.inputs().get(i)];
                program.chunked(name, addStep(node, sum, part, y), sum, part, y);
                sum = y;
            }
        }

        private Step addStep(Node node, Tensor a, Tensor b, Tensor y) {
            int elements = node.shape().elements();
            return (lane, from, to) ->
                    VectorPasses.get().add(a.buffer, b.buffer, y.at(from), (to - from) * elements, y.buffer);
        }

        private void forwardNorm(Node node, String name) {
            BatchNormNode norm = norms.get(node.index());
            Fusion fusion = fusions.get(node.index());
            Tensor x = outputs[node.input()];
            if (training) {
                program.chunked(name + " statistics", norm.statisticsStep(x), x);
                program.joint(name + " statistics", norm.statisticsJoint());
            }
            Tensor residual = fusion.residual() == null ? null : outputs[fusion.residual()];
            Tensor y = output(fusion.output());
            program.chunked(name, norm.normalizeStep(x, residual, fusion.relu(), y), present(x, y, residual));
        }

        private void forwardLoss(Node node, String name) {
            if (!(node.operation() instanceof Loss loss)) {
                return; // it hands out what it reads
            }
            Tensor[] inputs = inputsOf(node);
            Tensor[] dx = new Tensor[training ? loss.predictions() : 0];
            for (int i = 0; i < dx.length; i++) {
                Node prediction = graph.node(node.inputs().get(i));
                dx[i] = program.tensor(
                        node.name() + ".gradient", prediction.shape().elements());
            }
            lossGradients.put(node.index(), dx);
            program.chunked(name, losses.get(node.index()).step(inputs, training ? dx : null), with(inputs, dx));
        }

        // -------------------------------------------------------------- backward

        Program forwardBackward() {
            forward();
            for (int i = graph.nodes().size() - 1; i > 0; i--) {
                Node node = graph.node(i);
                if (lossGradients.containsKey(i)) {
                    Tensor[] dx = lossGradients.get(i);
                    for (int k = 0; k < dx.length; k++) {
                        gradients.get(node.inputs().get(k)).add(dx[k]);
                    }
                } else if (graph.wantsGradient(node) && !Fusion.absorbs(fusions, node)) {
                    backward(node);
                }
            }
            if (graph.inputGradient()) {
                Tensor gradient = gradientOf(graph.node(0), 1);
                program.chunked("hand out the input's gradient", plan.inputGradientStep(gradient), gradient);
            }
            program.newSegment();
            keep();
            announce();
            return program;
        }

        /** Gradients are final from the end of the flat vector to its start, whatever the order of the segments. */
        private void announce() {
            int segment = 0;
            for (int i = graph.nodes().size() - 1; i > 0; i--) {
                Node node = graph.node(i);
                if (node.parameters() > 0 && graph.trains(node)) {
                    segment = Math.max(segment, finalIn[i]);
                    program.segments.get(segment).watermark = node.parametersAt();
                }
            }
        }

        private Tensor[] inputsOf(Node node) {
            return node.inputs().stream().map(input -> outputs[input]).toArray(Tensor[]::new);
        }

        @Override
        public Program program() {
            return program;
        }

        @Override
        public boolean training() {
            return training;
        }

        @Override
        public Tensor newOutput(Node node) {
            return output(node);
        }

        @Override
        public void passGradient(int input, Tensor gradient) {
            gradients.get(input).add(gradient);
        }

        @Override
        public IntConsumer finalIn(Node node) {
            return segment -> finalIn[node.index()] = segment;
        }

        private boolean wantsGradient(int node) {
            return graph.wantsGradient(graph.node(node));
        }

        @Override
        public Tensor gradientFor(int node) {
            if (!wantsGradient(node)) {
                return null;
            }
            Tensor gradient = program.tensor(
                    graph.node(node).name() + ".gradient",
                    graph.node(node).shape().elements());
            gradients.get(node).add(gradient);
            return gradient;
        }

        /** The sum of what the consumers gave. */
        private Tensor gradientOf(Node node, int atMost) {
            List<Tensor> parts = gradients.get(node.index());
            while (parts.size() > atMost) {
                Tensor a = parts.remove(0);
                Tensor b = parts.remove(0);
                Tensor sum =
                        program.tensor(node.name() + ".gradient", node.shape().elements());
                program.chunked("backward add " + node.name(), addStep(node, a, b, sum), a, b, sum);
                parts.add(sum);
            }
            if (parts.isEmpty()) {
                throw new UnsupportedOperationException(node.name() + " leads to no loss");
            }
            return parts.get(0);
        }

        private void backward(Node node) {
            Operation operation = node.operation();
            String name = "backward " + node.name();
            if (operation instanceof BatchNorm) {
                backwardNorm(node, name);
                return;
            } else if (operation instanceof StepMask) {
                return; // it is flat
            }
            Tensor dy = gradientOf(node, 1);
            Tensor x = node.inputs().isEmpty() ? null : outputs[node.input()];
            if (SequenceNode.has(operation)) {
                sequences.get(node.index()).backward(this, inputsOf(node), outputs[node.index()], dy);
            } else if (isConvolution(node)) {
                backwardConvolution(node, name, x, dy);
            } else if (operation instanceof TransposedConvolution) {
                backwardTransposed(node, name, x, dy);
            } else if (operation instanceof Dense) {
                backwardDense(node, name, x, dy);
            } else if (operation instanceof Add) {
                node.inputs().stream()
                        .filter(this::wantsGradient)
                        .forEach(input -> gradients.get(input).add(dy));
            } else if (plain.containsKey(node.index())) {
                backwardPlain(node, name, dy);
            } else if (isMove(operation)) {
                for (int i = 0; i < node.inputs().size(); i++) {
                    if (wantsGradient(node.inputs().get(i))) {
                        Tensor dx = gradientFor(node.inputs().get(i));
                        program.chunked(name, moves.get(node.index()).get(i).backwardStep(dy, dx), dy, dx);
                    }
                }
            } else if (wantsGradient(node.input())) {
                backwardElements(node, name, x, dy, gradientFor(node.input()));
            }
        }

        private void backwardPlain(Node node, String name, Tensor dy) {
            Tensor[] x = inputsOf(node);
            Tensor y = outputs[node.index()];
            for (int i = 0; i < x.length; i++) {
                if (wantsGradient(node.inputs().get(i))) {
                    Tensor dx = gradientFor(node.inputs().get(i));
                    Step step = plain.get(node.index()).backwardStep(i, x, y, dy, dx);
                    program.chunked(name, step, with(x, y, dy, dx));
                }
            }
        }

        private void backwardElements(Node node, String name, Tensor x, Tensor dy, Tensor dx) {
            Operation operation = node.operation();
            if (operation instanceof Pooling) {
                Tensor workspace = workspaces[node.index()];
                PoolingNode pooling = (PoolingNode) primitives.get(node.index());
                program.chunked(name, pooling.backwardStep(dy, workspace, dx), present(dy, dx, workspace));
            } else if (operation instanceof ResponseNorm) {
                Tensor workspace = workspaces[node.index()];
                ResponseNormNode norm = (ResponseNormNode) primitives.get(node.index());
                program.chunked(name, norm.backwardStep(x, dy, workspace, dx), present(x, dy, dx, workspace));
            } else if (operation instanceof Noise) {
                program.chunked(name, new NoiseNode(plan, node).backwardStep(dy, dx), dy, dx);
            } else if (operation instanceof Activation activation) {
                if (activation.function() == Function.RELU) {
                    Tensor y = outputs[node.index()];
                    program.chunked(name, reluGradient(node, dy, y, dx), dy, y, dx);
                } else {
                    ActivationNode function = (ActivationNode) primitives.get(node.index());
                    program.chunked(name, function.backwardStep(x, dy, dx), x, dy, dx);
                }
            }
        }

        private Step reluGradient(Node node, Tensor dy, Tensor y, Tensor dx) {
            int elements = node.shape().elements();
            return (lane, from, to) -> VectorPasses.get()
                    .reluGradient(dy.buffer, y.buffer, dy.at(from), (to - from) * elements, dx.buffer);
        }

        private void backwardConvolution(Node node, String name, Tensor x, Tensor dy) {
            ConvolutionSteps convolution = convolutionOf(node);
            if (program.hasDeferred()) {
                program.newSegment();
            }
            Tensor dyFactor = factor(convolution, dy);
            if (wantsGradient(node.input())) {
                Tensor dx = gradientFor(node.input());
                convolution.backwardData(program, name + " data", dyFactor, dx);
            }
            if (graph.trains(node)) {
                Tensor xFactor = factor(convolution, x);
                weightsGradient(node, name, convolution, xFactor, dyFactor);
            }
        }

        /** @param x, dy of the convolution, which may be the transpose of the node's */
        private void weightsGradient(Node node, String name, ConvolutionSteps convolution, Tensor x, Tensor dy) {
            Tensor partials = convolution.backwardWeights(program, name + " weights", x, dy);
            program.jointLater(
                    name + " unpack",
                    masked(node, convolution.gradientJoint(partials)),
                    segment -> finalIn[node.index()] = segment,
                    partials);
        }

        private void backwardTransposed(Node node, String name, Tensor x, Tensor dy) {
            TransposedConvolutionNode transposed = transposed(node);
            ConvolutionNode convolution = transposed.convolution();
            if (program.hasDeferred()) {
                program.newSegment();
            }
            Tensor dyFactor = factor(convolution, dy);
            if (wantsGradient(node.input())) {
                Tensor dx = gradientFor(node.input());
                program.chunked(name + " data", transposed.backwardDataStep(dyFactor, dx), dyFactor, dx);
            }
            if (graph.trains(node)) {
                program.jointLater(name + " bias", transposed.biasGradientJoint(dy), segment -> {}, dy);
                weightsGradient(node, name, convolution, dyFactor, factor(convolution, x));
            }
        }

        private void backwardDense(Node node, String name, Tensor x, Tensor dy) {
            if (wantsGradient(node.input())) {
                Tensor dx = gradientFor(node.input());
                program.whole(name + " data", dense(node).backwardDataStep(dy, dx), dy, dx);
            }
            if (!graph.trains(node)) {
                return;
            }
            program.jointLater(
                    name + " weights",
                    masked(node, dense(node).gradientJoint(x, dy)),
                    segment -> finalIn[node.index()] = segment,
                    x,
                    dy);
        }

        private void backwardNorm(Node node, String name) {
            BatchNormNode norm = norms.get(node.index());
            Fusion fusion = fusions.get(node.index());
            Tensor x = outputs[node.input()];
            Tensor dy = gradientOf(fusion.output(), 2);
            List<Tensor> parts = gradients.get(fusion.output().index());
            Tensor second = parts.size() > 1 ? parts.get(1) : null;
            boolean throughRelu = fusion.relu() && fusion.residual() == null && second == null;
            if (!throughRelu && (fusion.relu() || second != null)) {
                Tensor y = fusion.relu() ? outputs[fusion.output().index()] : null;
                Tensor g = program.tensor(node.name() + ".gated", node.shape().elements());
                program.chunked(name + " gate", norm.gateStep(dy, second, y, g), present(dy, g, second, y));
                dy = g;
            }
            if (fusion.residual() != null && wantsGradient(fusion.residual())) {
                gradients.get(fusion.residual()).add(dy);
            }
            program.chunked(name + " sums", norm.gradientSumsStep(dy, x, throughRelu), dy, x);
            program.joint(name + " sums", norm.gradientJoint());
            finalIn[node.index()] = program.currentSegment();
            if (wantsGradient(node.input())) {
                Tensor dx = gradientFor(node.input());
                program.chunked(name, norm.inputGradientStep(dy, x, throughRelu, dx), dy, x, dx);
            }
        }

        /** The gradient of weights that were dropped is 0. */
        private Joint masked(Node node, Joint gradient) {
            DropConnect dropConnect = dropConnects.get(node.index());
            if (dropConnect == null) {
                return gradient;
            }
            return (lane, lanes, examples) -> {
                gradient.run(lane, lanes, examples);
                plan.meet();
                dropConnect.maskGradient(lane.index, lanes);
            };
        }

        private TransposedConvolutionNode transposed(Node node) {
            return (TransposedConvolutionNode) primitives.get(node.index());
        }

        private DenseNode dense(Node node) {
            return new DenseNode(plan, node, graph.inputShapeOf(node).channels());
        }

        private static Tensor[] with(Tensor[] tensors, Tensor... others) {
            return Stream.concat(Arrays.stream(tensors), Arrays.stream(others)).toArray(Tensor[]::new);
        }

        private Tensor[] present(Tensor... tensors) {
            return Arrays.stream(tensors).filter(tensor -> tensor != null).toArray(Tensor[]::new);
        }
    }
}
