package io.lockstep.engine.cpu.node;

import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;

/**
 * What a node sees of the program that it appends to. Inputs are counted as the node reads them; where the compiler has made
 * one node of several (a batch norm and the addition behind it), what the others read follows, and the output is the last
 * one's.
 */
public interface Context {
    Program program();

    /** Whether backward follows, noise is drawn and batch norm sees the batch. */
    boolean training();

    /** The node's, for the names of tasks and tensors. */
    String name();

    Tensor[] inputs();

    default Tensor input() {
        return inputs()[0];
    }

    /** A new tensor for the output. */
    Tensor newOutput();

    /** Makes memory that is there already the output. */
    void handOn(Tensor output);

    Tensor output();

    /** What backward of this program is to know: given by forward, found again by {@link #kept}. */
    <T> T keep(T state);

    <T> T kept();

    /** A copy in the precision that is lower than float32; there is one of each tensor. */
    Tensor rounded(Tensor x);

    // ------------------------------------------------------------------ backward

    /** The output's gradient: the sum of what those gave that read it. Asked for first of all. */
    default Tensor gradient() {
        return gradientParts(1)[0];
    }

    /** Likewise, but the last addition is the node's own where it does better: one part, or two. */
    Tensor[] gradientParts(int atMost);

    boolean wantsGradient(int input);

    /** A new tensor for a part of the gradient of an input, or null where nobody wants it. */
    Tensor gradientFor(int input);

    /** Makes a tensor that is there already a part of the gradient of an input. */
    void passGradient(int input, Tensor gradient);

    /** Whether the gradients of the node's parameters are wanted. */
    boolean trains();

    /** Appends joint work that ends with the gradients of all of the node's parameters, and that nothing else waits for. */
    void parameterGradients(String name, Joint joint, Tensor... uses);

    /** The last joint work has written the gradients of the node's parameters. */
    void parameterGradientsAreFinal();
}
