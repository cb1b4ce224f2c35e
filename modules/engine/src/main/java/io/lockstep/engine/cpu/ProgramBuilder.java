package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Loss;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Elements;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One program under construction: the nodes' tasks in order, tensors, gradients by node, and when they are final. */
final class ProgramBuilder {
    private final Compiler compiler;
    private final Graph graph;
    private final boolean training;
    /** Whether a backward follows. */
    private final boolean trains;

    private final Program program;
    private final NodeContext[] contexts;
    private final Tensor[] outputs;
    /** By node: the gradients of its output that its readers gave. */
    private final List<List<Tensor>> gradients = new ArrayList<>();

    private final Map<Tensor, Tensor> rounded = new IdentityHashMap<>();
    /** By node: the segment that writes the last of its parameters' gradients. */
    private final int[] finalIn;
    /** By node: outputs that are read after the pass. */
    private final Tensor[] kept;

    ProgramBuilder(Compiler compiler, boolean training) {
        this.compiler = compiler;
        this.training = training;
        graph = compiler.graph();
        trains = training && graph.nodes().stream().anyMatch(node -> node.operation() instanceof Loss);
        program = new Program(compiler.plan().capacity());
        int nodes = graph.nodes().size();
        contexts = new NodeContext[nodes];
        outputs = new Tensor[nodes];
        finalIn = new int[nodes];
        kept = new Tensor[nodes];
        graph.nodes().forEach(node -> gradients.add(new ArrayList<>()));
    }

    Program build() {
        compiler.dropWeights(program, training);
        program.joint("pack weights", compiler.plan().packJoint());
        for (Node node : graph.nodes()) {
            if (compiler.of(node) != null) {
                compiler.of(node).begin(program, training);
            }
        }
        forward();
        if (trains) {
            backward();
            program.newSegment();
        }
        keepOutputs();
        if (trains) {
            announce();
        }
        return program;
    }

    private void forward() {
        BitSet leading = graph.leadingToResults();
        for (Node node : graph.nodes()) {
            CpuNode computes = compiler.of(node);
            if (computes != null && (training || leading.get(node.index()))) {
                contexts[node.index()] = new NodeContext(this, node, compiler.fusion(node));
                computes.forward(contexts[node.index()]);
            }
        }
    }

    private void backward() {
        for (int i = graph.nodes().size() - 1; i > 0; i--) {
            Node node = graph.node(i);
            boolean wanted = node.operation() instanceof Loss || graph.wantsGradient(node);
            if (wanted && compiler.of(node) != null) {
                compiler.of(node).backward(contexts[i]);
            }
        }
        if (graph.inputGradient()) {
            Tensor gradient = gradientParts(graph.node(0), 1)[0];
            ExampleTask handOut = compiler.plan().inputGradientTask(gradient);
            program.chunked("hand out the input's gradient", handOut, gradient);
        }
    }

    /** Nothing overwrites outputs that are read after the pass before its end. */
    private void keepOutputs() {
        for (Node node : graph.nodes()) {
            boolean result = node == graph.last() || graph.losses().contains(node);
            if (result && !trains) {
                kept[node.input()] = outputs[node.input()];
            }
            if (graph.isOutput(node)) {
                kept[node.index()] = outputs[node.index()];
            }
        }
        Arrays.stream(kept).filter(Objects::nonNull).forEach(tensor -> tensor.usedIn(program.currentSegment()));
    }

    /** Gradients are final from the end of the flat vector to its start, whatever the order of the segments. */
    private void announce() {
        int segment = 0;
        for (int i = graph.nodes().size() - 1; i > 0; i--) {
            Node node = graph.node(i);
            if (node.parameters() > 0 && graph.trains(node)) {
                segment = Math.max(segment, finalIn[i]);
                program.announceAfter(segment, node.parametersAt());
            }
        }
    }

    /** @throws IllegalArgumentException if it is not kept */
    Tensor kept(Node node) {
        Tensor tensor = kept[node.index()];
        if (tensor == null) {
            throw new IllegalArgumentException("the output of " + node.name()
                    + " is not kept after this pass; mark it by GraphBuilder.output or Graph.withOutputs");
        }
        return tensor;
    }

    // ------------------------------------------------------------------ what contexts ask

    Compiler compiler() {
        return compiler;
    }

    Graph graph() {
        return graph;
    }

    Program program() {
        return program;
    }

    boolean training() {
        return training;
    }

    Tensor output(int node) {
        return outputs[node];
    }

    void setOutput(Node node, Tensor output) {
        outputs[node.index()] = output;
    }

    Tensor rounded(Tensor x) {
        return rounded.computeIfAbsent(x, key -> {
            Tensor copy = Rounding.copyOf(x, program);
            program.chunked("round " + x.name(), compiler.rounding().task(x, copy), x, copy);
            return copy;
        });
    }

    void addGradient(int node, Tensor part) {
        gradients.get(node).add(part);
    }

    /** The sum of what the readers gave, in so many tensors or fewer. */
    Tensor[] gradientParts(Node node, int atMost) {
        List<Tensor> parts = gradients.get(node.index());
        while (parts.size() > atMost) {
            Tensor a = parts.remove(0);
            Tensor b = parts.remove(0);
            Tensor sum = program.tensor(node.name() + ".gradient", node.shape().elements());
            program.chunked("backward add " + node.name(), Elements.add(a, b, sum), a, b, sum);
            parts.add(sum);
        }
        if (parts.isEmpty()) {
            throw new UnsupportedOperationException(node.name() + " leads to no loss");
        }
        return parts.toArray(Tensor[]::new);
    }

    void gradientsAreFinalIn(Node node, int segment) {
        finalIn[node.index()] = segment;
    }
}
