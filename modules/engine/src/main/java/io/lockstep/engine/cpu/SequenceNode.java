package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation;
import io.lockstep.engine.SequenceOperation;
import io.lockstep.engine.SequenceOperation.Attention;
import io.lockstep.engine.SequenceOperation.ClassToken;
import io.lockstep.engine.SequenceOperation.Embedding;
import io.lockstep.engine.SequenceOperation.GroupNorm;
import io.lockstep.engine.SequenceOperation.LayerNorm;
import io.lockstep.engine.SequenceOperation.Pixels;
import io.lockstep.engine.SequenceOperation.Positions;
import io.lockstep.engine.SequenceOperation.Recurrent;
import io.lockstep.engine.SequenceOperation.Rows;
import io.lockstep.engine.SequenceOperation.StepMask;
import io.lockstep.engine.SequenceOperation.StepRange;
import io.lockstep.engine.SequenceOperation.TakeStep;
import io.lockstep.engine.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/** A {@link SequenceOperation} that appends its own steps to one program. */
abstract class SequenceNode {
    final CpuPlan plan;
    final Node node;
    final List<Shape> shapes;

    SequenceNode(CpuPlan plan, Graph graph, Node node) {
        this.plan = plan;
        this.node = node;
        shapes = graph.inputShapesOf(node);
    }

    /** @param product a recurrent layer's, which the plan's programs share; otherwise null */
    static SequenceNode of(CpuPlan plan, Graph graph, Node node, PackedProduct product) {
        Operation operation = node.operation();
        if (operation instanceof Recurrent) {
            return new RecurrentNode(plan, graph, node, product);
        } else if (operation instanceof LayerNorm) {
            return new LayerNormNode(plan, graph, node);
        } else if (operation instanceof GroupNorm) {
            return new GroupNormNode(plan, graph, node);
        } else if (operation instanceof Attention) {
            return new AttentionNode(plan, graph, node);
        } else if (operation instanceof Embedding) {
            return new EmbeddingNode(plan, graph, node);
        } else if (operation instanceof Positions) {
            return new PositionsNode(plan, graph, node);
        } else if (operation instanceof TakeStep || operation instanceof StepRange || operation instanceof ClassToken) {
            return new StepsNode(plan, graph, node);
        } else if (operation instanceof StepMask) {
            return new StepMaskNode(plan, graph, node);
        } else if (operation instanceof Rows || operation instanceof Pixels) {
            return new AliasNode(plan, graph, node);
        }
        throw new UnsupportedOperationException(node.name() + ": the CPU backend has no " + operation);
    }

    /** The program under construction, as its operations see it. */
    interface Context {
        Program program();

        boolean training();

        /** A new tensor for the node's output. */
        Tensor newOutput(Node node);

        /** A new tensor for a part of the gradient of an input, or null where nobody wants it. */
        Tensor gradientFor(int input);

        /** Makes a tensor that is there a part of the gradient of an input. */
        void passGradient(int input, Tensor gradient);

        /** To be told in which segment the node's gradients are final. */
        IntConsumer finalIn(Node node);
    }

    /** @return the output */
    abstract Tensor forward(Context context, Tensor[] inputs);

    abstract void backward(Context context, Tensor[] inputs, Tensor y, Tensor dy);

    final Tensor[] present(Tensor... tensors) {
        return Arrays.stream(tensors).filter(tensor -> tensor != null).toArray(Tensor[]::new);
    }

    /** Byte offset in the flat vectors. */
    final int parameterAt(long element) {
        return Math.toIntExact((node.parametersAt() + element) * Float.BYTES);
    }

    /** The same memory seen as another shape. */
    private static final class AliasNode extends SequenceNode {
        AliasNode(CpuPlan plan, Graph graph, Node node) {
            super(plan, graph, node);
        }

        @Override
        Tensor forward(Context context, Tensor[] inputs) {
            return inputs[0];
        }

        @Override
        void backward(Context context, Tensor[] inputs, Tensor y, Tensor dy) {
            context.passGradient(node.input(), dy);
        }
    }
}
