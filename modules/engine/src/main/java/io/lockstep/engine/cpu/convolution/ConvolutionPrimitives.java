package io.lockstep.engine.cpu.convolution;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_dilated_convolution_backward_data_desc_init;
import static org.bytedeco.dnnl.global.dnnl.dnnl_dilated_convolution_backward_weights_desc_init;
import static org.bytedeco.dnnl.global.dnnl.dnnl_dilated_convolution_forward_desc_init;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;

import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.cpu.onednn.Call;
import io.lockstep.engine.cpu.onednn.OneDnn;
import io.lockstep.engine.cpu.onednn.Primitive;
import io.lockstep.engine.operations.Products.Convolution;
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_convolution_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/**
 * The three products of a convolution as oneDNN has them, for so many examples. Weights and their gradient lie as a description
 * says, or, where that is null, as oneDNN likes them best.
 */
final class ConvolutionPrimitives {
    private final Convolution operation;
    private final Window window;
    private final Shape from;
    private final Shape to;
    /** oneDNN's type of what is multiplied. */
    private final int factor;

    private final long[] dimensions;

    ConvolutionPrimitives(Convolution operation, Shape from, Shape to, boolean rounds) {
        this.operation = operation;
        this.from = from;
        this.to = to;
        window = operation.window();
        factor = rounds ? dnnl_bf16 : dnnl_f32;
        int groups = operation.groups();
        int inputs = from.channels() / groups;
        dimensions = groups == 1
                ? new long[] {operation.outputs(), inputs, window.height(), window.width()}
                : new long[] {groups, operation.outputs() / groups, inputs, window.height(), window.width()};
    }

    /** Of the weights: (outputs, inputs, height, width), with groups in front if there are any. */
    long[] dimensions() {
        return dimensions;
    }

    // ------------------------------------------------------------------ what is computed

    Primitive forward(int examples, dnnl_memory_desc_t weights) {
        return new Primitive(forwardDescription(examples, weights), OneDnn.attributes(), null);
    }

    Primitive backwardData(int examples, dnnl_memory_desc_t weights) {
        dnnl_convolution_desc_t description = new dnnl_convolution_desc_t();
        OneDnn.check(dnnl_dilated_convolution_backward_data_desc_init(
                description,
                dnnl_convolution_direct,
                OneDnn.nhwc(examples, from),
                weights == null ? OneDnn.any(factor, dimensions) : weights,
                OneDnn.nhwc(examples, to, factor),
                strides(),
                dilations(),
                padBefore(),
                OneDnn.padAfter(window, from, to)));
        return backward(examples, description);
    }

    Primitive backwardWeights(int examples, dnnl_memory_desc_t gradient) {
        dnnl_convolution_desc_t description = new dnnl_convolution_desc_t();
        OneDnn.check(dnnl_dilated_convolution_backward_weights_desc_init(
                description,
                dnnl_convolution_direct,
                OneDnn.nhwc(examples, from, factor),
                gradient == null ? OneDnn.any(dimensions) : gradient,
                bias(),
                OneDnn.nhwc(examples, to, factor),
                strides(),
                dilations(),
                padBefore(),
                OneDnn.padAfter(window, from, to)));
        return backward(examples, description);
    }

    private Primitive backward(int examples, dnnl_convolution_desc_t description) {
        try (Primitive hint = forward(examples, null)) {
            return new Primitive(description, OneDnn.attributes(), hint);
        }
    }

    private dnnl_convolution_desc_t forwardDescription(int examples, dnnl_memory_desc_t weights) {
        dnnl_convolution_desc_t description = new dnnl_convolution_desc_t();
        OneDnn.check(dnnl_dilated_convolution_forward_desc_init(
                description,
                dnnl_forward_training,
                dnnl_convolution_direct,
                OneDnn.nhwc(examples, from, factor),
                weights == null ? OneDnn.any(factor, dimensions) : weights,
                bias(),
                OneDnn.nhwc(examples, to),
                strides(),
                dilations(),
                padBefore(),
                OneDnn.padAfter(window, from, to)));
        return description;
    }

    private dnnl_memory_desc_t bias() {
        return operation.bias() ? OneDnn.tagged(dnnl_a, operation.outputs()) : null;
    }

    private long[] strides() {
        return new long[] {window.strideHeight(), window.strideWidth()};
    }

    /** oneDNN counts the gaps. */
    private long[] dilations() {
        return new long[] {window.dilationHeight() - 1, window.dilationWidth() - 1};
    }

    private long[] padBefore() {
        return new long[] {window.padTop(), window.padLeft()};
    }

    // ------------------------------------------------------------------ calls, by the numbers of their arguments

    /** Of x, the weights, y, and the bias where there is one. */
    Call bindForward(Primitive primitive, int examples, dnnl_memory_desc_t weights) {
        int[] arguments = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS};
        return bind(primitive, arguments, OneDnn.nhwc(examples, from, factor), weights, OneDnn.nhwc(examples, to));
    }

    /** Of the gradient of x, the weights and the gradient of y. */
    Call bindBackwardData(Primitive primitive, int examples, dnnl_memory_desc_t weights) {
        int[] arguments = {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST};
        dnnl_memory_desc_t dy = OneDnn.nhwc(examples, to, factor);
        return new Call(primitive, arguments, OneDnn.nhwc(examples, from), weights, dy);
    }

    /** Of x, the gradients of the weights and of y, and that of the bias where there is one. */
    Call bindBackwardWeights(Primitive primitive, int examples, dnnl_memory_desc_t gradient) {
        int[] arguments = {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_BIAS};
        dnnl_memory_desc_t dy = OneDnn.nhwc(examples, to, factor);
        return bind(primitive, arguments, OneDnn.nhwc(examples, from, factor), gradient, dy);
    }

    /** @param arguments the last one is the bias's */
    private Call bind(
            Primitive primitive,
            int[] arguments,
            dnnl_memory_desc_t x,
            dnnl_memory_desc_t weights,
            dnnl_memory_desc_t y) {
        return operation.bias()
                ? new Call(primitive, arguments, x, weights, y, bias())
                : new Call(primitive, Arrays.copyOf(arguments, 3), x, weights, y);
    }
}
