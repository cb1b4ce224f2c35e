package io.lockstep.engine.cpu.node;

import io.lockstep.engine.cpu.program.Program;
import java.util.function.Supplier;

/**
 * What computes a node of a graph. It is made once for a plan, with its native memory and primitives, and appends its tasks
 * to both of the plan's programs; what it sees of a program is its {@link Context}. Which node computes which operation is
 * told in a {@link NodeTable}.
 */
public interface CpuNode extends AutoCloseable {
    /** Appends what the program does before all nodes. */
    default void begin(Program program, boolean training) {
        // most nodes do nothing then
    }

    /** Appends the tasks that compute the output. */
    void forward(Context context);

    /** Appends the tasks that compute the gradients of its inputs and of its parameters, from that of its output. */
    void backward(Context context);

    /** Whether the precision of its factors is lower than float32. */
    default boolean rounds() {
        return false;
    }

    /**
     * Of the products that the definition has, those that it does.
     *
     * @param ofInput for the input's gradient
     */
    default double productShare(boolean ofInput) {
        return 1;
    }

    @Override
    default void close() {
        // most nodes own nothing native
    }

    static CpuNode ofEachProgram(Supplier<CpuNode> maker) {
        return ofEachProgram(maker, () -> {});
    }

    /**
     * For a node that has tensors of a program in its fields, and keeps nothing else: one is made for each program.
     *
     * @param close closes what they share
     */
    static CpuNode ofEachProgram(Supplier<CpuNode> maker, Runnable close) {
        return new CpuNode() {
            @Override
            public void forward(Context context) {
                context.keep(maker.get()).forward(context);
            }

            @Override
            public void backward(Context context) {
                context.<CpuNode>kept().backward(context);
            }

            @Override
            public void close() {
                close.run();
            }
        };
    }
}
