package io.lockstep.engine;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation.Input;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the buffers of a pass have to hold, exactly: an array of pictures of another size holds enough bytes too, and a
 * network would train on pieces of them.
 */
public final class PassBuffers {
    private final int capacity;
    private final List<Node> inputs;
    /** By input: class numbers are below it; 0 for what is no class number. */
    private final int[] classes;

    public PassBuffers(Graph graph, int capacity) {
        this.capacity = capacity;
        inputs = graph.inputs();
        classes = new int[inputs.size()];
        for (int slot = 0; slot < classes.length; slot++) {
            classes[slot] = classesOf(graph, inputs.get(slot));
        }
    }

    private static int classesOf(Graph graph, Node input) {
        if (((Input) input.operation()).type() != ElementType.INT32) {
            return 0;
        }
        return graph.consumersOf(input).stream()
                .filter(node -> node.operation() instanceof Loss)
                .mapToInt(node -> ((Loss) node.operation()).classesOf(graph.inputShapeOf(node)))
                .min()
                .orElse(0);
    }

    /**
     * @throws IllegalArgumentException saying what was expected and what came, if the examples are more than the plan
     *     takes, an input is missing or has more or fewer elements than the examples, or a label is no class
     */
    public void check(Pass pass) {
        int examples = pass.examples();
        if (examples < 0 || examples > capacity) {
            throw new IllegalArgumentException(
                    "a batch of " + examples + " examples, where at most " + capacity + " were planned for");
        }
        for (int slot = 0; slot < classes.length; slot++) {
            Input input = (Input) inputs.get(slot).operation();
            checkCount(input, pass.buffer(slot), examples);
            if (classes[slot] > 0 && pass.buffer(slot) != null) {
                checkClasses(input, pass, slot);
            }
        }
    }

    private static void checkCount(Input input, Buffer given, int examples) {
        if (given == null) {
            if (input.ifAbsent() == null) {
                throw new IllegalArgumentException("a batch of " + examples + " examples without " + input.column()
                        + ", which this network reads");
            }
            return;
        }
        long elements = (long) examples * input.shape().elements();
        long wanted = given instanceof ByteBuffer ? elements * ElementType.BYTES : elements;
        if (given.remaining() != wanted) {
            String unit = given instanceof ByteBuffer ? " bytes" : "";
            throw new IllegalArgumentException("a batch of " + examples + " examples with " + given.remaining() + unit
                    + " of " + input.column() + ", where " + examples + " examples of " + input.shape() + " "
                    + input.type() + " have " + wanted);
        }
    }

    private void checkClasses(Input input, Pass pass, int slot) {
        int each = input.shape().elements();
        int count = pass.examples() * each;
        for (int i = 0; i < count; i++) {
            int label = pass.intAt(slot, i);
            if (label < Loss.NO_LABEL || label >= classes[slot]) {
                throw new IllegalArgumentException(
                        "label " + label + " of example " + i / each + ", with " + classes[slot] + " classes");
            }
        }
    }
}
