package io.lockstep.engine.cpu.elementwise;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_ab;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_backward_desc_init;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_bounded_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_clip;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_elu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_forward_desc_init;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_gelu_erf;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_gelu_tanh;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_mish;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_soft_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_swish;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Call;
import io.lockstep.engine.cpu.onednn.Calls;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.OneDnn;
import io.lockstep.engine.cpu.onednn.Primitive;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Function;
import org.bytedeco.dnnl.dnnl_eltwise_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/**
 * An activation function by oneDNN; {@link PlainActivation} has those that it lacks. Backward wants the function's
 * input.
 */
final class ActivationNode implements CpuNode {
    private static final float SELU_SCALE = 1.0507009873554805f;
    private static final float SELU_ALPHA = 1.6732632423543772f;
    private static final float GELU_SLOPE = 1.702f;

    private final Activation operation;
    private final int elements;
    private final Calls forward;
    private final Calls backward;
    private final Calls scale;

    /** The node that is right for a function, and fast where there is a choice. */
    static CpuNode fastest(Site site) {
        Activation activation = (Activation) site.node().operation();
        if (activation.function() == Function.RELU) {
            return new ReluNode();
        }
        return PlainActivation.has(activation.function()) ? new PlainActivation(activation) : new ActivationNode(site);
    }

    private ActivationNode(Site site) {
        Machine plan = site.machine();
        Node node = site.node();
        operation = (Activation) node.operation();
        elements = node.shape().elements();
        forward = new Calls(plan.lanes(), plan.capacity(), this::forwardPrimitive, this::bindForward);
        scale = new Calls(
                plan.lanes(),
                plan.capacity(),
                examples -> forward(examples, dnnl_eltwise_linear, SELU_SCALE, 0),
                this::bindForward);
        backward = new Calls(
                plan.lanes(),
                plan.capacity(),
                this::backwardPrimitive,
                (primitive, examples) -> new Call(
                        primitive,
                        new int[] {DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC},
                        vector(examples),
                        vector(examples),
                        vector(examples)));
    }

    @Override
    public void forward(Context context) {
        Tensor x = context.input();
        Tensor y = context.newOutput();
        context.program().chunked("forward " + context.name(), forwardTask(x, y), x, y);
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor x = context.input();
        Tensor dx = context.gradientFor(0);
        if (dx != null) {
            context.program().chunked("backward " + context.name(), backwardTask(x, dy, dx), x, dy, dx);
        }
    }

    private ExampleTask forwardTask(Tensor x, Tensor y) {
        return ExampleTask.of(forward, (lane, first, end) -> {
            forward.get(lane, end - first)
                    .set(0, x.addressOf(first))
                    .set(1, y.addressOf(first))
                    .execute(lane);
            scale(lane, y, first, end);
        });
    }

    private ExampleTask backwardTask(Tensor x, Tensor dy, Tensor dx) {
        return ExampleTask.of(backward, (lane, first, end) -> {
            backward.get(lane, end - first)
                    .set(0, x.addressOf(first))
                    .set(1, dy.addressOf(first))
                    .set(2, dx.addressOf(first))
                    .execute(lane);
            scale(lane, dx, first, end);
        });
    }

    /** Of SELU, in place. */
    private void scale(Lane lane, Tensor values, int first, int end) {
        if (operation.function() == Function.SELU) {
            scale.get(lane, end - first)
                    .set(0, values.addressOf(first))
                    .set(1, values.addressOf(first))
                    .execute(lane);
        }
    }

    private dnnl_memory_desc_t vector(int examples) {
        return OneDnn.tagged(dnnl_ab, examples, elements);
    }

    private int algorithm() {
        return switch (operation.function()) {
            case RELU, LEAKY_RELU -> dnnl_eltwise_relu;
            case TANH -> dnnl_eltwise_tanh;
            case SIGMOID -> dnnl_eltwise_logistic;
            case ELU -> dnnl_eltwise_elu;
            case SELU -> dnnl_eltwise_elu; // and the scale
            case RELU6 -> dnnl_eltwise_bounded_relu;
            case HARD_TANH -> dnnl_eltwise_clip;
            case SOFTPLUS -> dnnl_eltwise_soft_relu;
            case MISH -> dnnl_eltwise_mish;
            case SWISH, GELU_SIGMOID -> dnnl_eltwise_swish;
            case GELU -> dnnl_eltwise_gelu_erf;
            case GELU_TANH -> dnnl_eltwise_gelu_tanh;
            default -> throw new IllegalArgumentException("oneDNN has no " + operation.function());
        };
    }

    private float alpha() {
        return switch (operation.function()) {
            case LEAKY_RELU, ELU -> (float) operation.alpha();
            case SWISH -> 1;
            case GELU_SIGMOID -> GELU_SLOPE;
            case SELU -> SELU_ALPHA;
            case RELU6 -> 6;
            case HARD_TANH -> -1;
            default -> 0;
        };
    }

    private float beta() {
        return switch (operation.function()) {
            case HARD_TANH -> 1;
            default -> 0;
        };
    }

    private Call bindForward(Primitive primitive, int examples) {
        return new Call(primitive, new int[] {DNNL_ARG_SRC, DNNL_ARG_DST}, vector(examples), vector(examples));
    }

    private Primitive forwardPrimitive(int examples) {
        return forward(examples, algorithm(), alpha(), beta());
    }

    private Primitive forward(int examples, int algorithm, float alpha, float beta) {
        dnnl_eltwise_desc_t description = new dnnl_eltwise_desc_t();
        OneDnn.check(dnnl_eltwise_forward_desc_init(
                description, dnnl_forward_training, algorithm, vector(examples), alpha, beta));
        return new Primitive(description, OneDnn.attributes(), null);
    }

    private Primitive backwardPrimitive(int examples) {
        dnnl_eltwise_desc_t description = new dnnl_eltwise_desc_t();
        OneDnn.check(dnnl_eltwise_backward_desc_init(
                description, algorithm(), vector(examples), vector(examples), alpha(), beta()));
        return new Primitive(description, OneDnn.attributes(), forward.primitive(examples));
    }

    @Override
    public void close() {
        forward.close();
        backward.close();
        scale.close();
    }
}
