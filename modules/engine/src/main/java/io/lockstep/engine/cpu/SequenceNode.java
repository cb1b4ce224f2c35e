package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Moves.Pixels;
import io.lockstep.engine.operations.Moves.Rows;
import io.lockstep.engine.operations.Norm.GroupNorm;
import io.lockstep.engine.operations.Norm.LayerNorm;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Sequences.ClassToken;
import io.lockstep.engine.operations.Sequences.Embedding;
import io.lockstep.engine.operations.Sequences.Positions;
import io.lockstep.engine.operations.Sequences.StepMask;
import io.lockstep.engine.operations.Sequences.StepRange;
import io.lockstep.engine.operations.Sequences.TakeStep;
import io.lockstep.engine.operations.Sources;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/** An operation on sequences, that appends its own steps to one program. */
abstract class SequenceNode {
    final CpuPlan plan;
    final Node node;
    final List<Shape> shapes;

    SequenceNode(CpuPlan plan, Graph graph, Node node) {
        this.plan = plan;
        this.node = node;
        shapes = graph.inputShapesOf(node);
    }

    private static final Set<Class<?>> OTHERS = Set.of(
            LayerNorm.class,
            GroupNorm.class,
            Attention.class,
            Embedding.class,
            Positions.class,
            StepMask.class,
            TakeStep.class,
            StepRange.class,
            ClassToken.class,
            Rows.class,
            Pixels.class);

    static boolean has(Operation operation) {
        return operation instanceof Sources || operation instanceof Recurrent || OTHERS.contains(operation.getClass());
    }

    /** @param product a recurrent layer's, which the plan's programs share; otherwise null */
    static SequenceNode of(CpuPlan plan, Graph graph, Node node, PackedProduct product) {
        Operation operation = node.operation();
        if (operation instanceof Recurrent) {
            return new RecurrentNode(plan, graph, node, product);
        } else if (operation instanceof Sources) {
            return new SourceNode(plan, graph, node);
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
