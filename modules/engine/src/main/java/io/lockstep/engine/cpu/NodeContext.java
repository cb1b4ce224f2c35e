package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A node's view of a program under construction. */
final class NodeContext implements Context {
    private final ProgramBuilder builder;
    private final Node node;
    /** The node's, or of what it does in its pass too. */
    private final List<Integer> inputs;

    private final Node last;
    private Object state;

    NodeContext(ProgramBuilder builder, Node node, Fusion fusion) {
        this.builder = builder;
        this.node = node;
        inputs = new ArrayList<>(node.inputs());
        if (fusion.residual() != null) {
            inputs.add(fusion.residual());
        }
        last = fusion.output();
    }

    @Override
    public Program program() {
        return builder.program();
    }

    @Override
    public boolean training() {
        return builder.training();
    }

    @Override
    public String name() {
        return node.name();
    }

    @Override
    public Tensor[] inputs() {
        return inputs.stream().map(builder::output).toArray(Tensor[]::new);
    }

    @Override
    public Tensor newOutput() {
        handOn(program().tensor(last.name(), last.shape().elements()));
        return output();
    }

    @Override
    public void handOn(Tensor output) {
        builder.setOutput(last, output);
    }

    @Override
    public Tensor output() {
        return builder.output(last.index());
    }

    @Override
    public <T> T keep(T given) {
        state = given;
        return given;
    }

    @Override
    @SuppressWarnings("unchecked") // a node asks for what it gave
    public <T> T kept() {
        return (T) state;
    }

    @Override
    public Tensor rounded(Tensor x) {
        return builder.rounded(x);
    }

    @Override
    public Tensor[] gradientParts(int atMost) {
        return builder.gradientParts(last, atMost);
    }

    @Override
    public boolean wantsGradient(int input) {
        return builder.graph().wantsGradient(read(input));
    }

    private Node read(int input) {
        return builder.graph().node(inputs.get(input));
    }

    @Override
    public Tensor gradientFor(int input) {
        if (!wantsGradient(input)) {
            return null;
        }
        Node read = read(input);
        Tensor gradient =
                program().tensor(read.name() + ".gradient", read.shape().elements());
        builder.addGradient(read.index(), gradient);
        return gradient;
    }

    @Override
    public void passGradient(int input, Tensor gradient) {
        if (wantsGradient(input)) {
            builder.addGradient(inputs.get(input), gradient);
        }
    }

    @Override
    public boolean trains() {
        return builder.graph().trains(node);
    }

    @Override
    public void parameterGradients(String name, Joint joint, Tensor... uses) {
        program()
                .jointLater(
                        name,
                        builder.compiler().masked(node, joint),
                        segment -> builder.gradientsAreFinalIn(node, segment),
                        uses);
    }

    @Override
    public void parameterGradientsAreFinal() {
        builder.gradientsAreFinalIn(node, program().currentSegment());
    }
}
