package io.lockstep.engine.cpu.sequence;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_data_desc_init;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_forward_desc_init;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import io.lockstep.engine.Shape;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.onednn.Call;
import io.lockstep.engine.cpu.onednn.Calls;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.OneDnn;
import io.lockstep.engine.cpu.onednn.PackedWeights;
import io.lockstep.engine.cpu.onednn.Primitive;
import org.bytedeco.dnnl.dnnl_convolution_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/**
 * A few contiguous rows times a matrix that is packed once a pass: y = x W^T and dx = dy W, as a convolution of one pixel
 * over an image of so many rows. What a recurrent layer does at each time step; sgemm would pack the matrix each time.
 */
final class PackedProduct implements AutoCloseable {
    private static final long[] ONE = {1, 1};
    private static final long[] NONE = {0, 0};

    private final Machine plan;
    private final long weightsAddress;
    private final int outputs;
    private final int inputs;
    private final long[] dimensions;
    private final Calls forward;
    private final Calls backward;
    private PackedWeights forwardWeights;
    private PackedWeights backwardWeights;

    /** @param weightsAddress of W, (outputs, inputs) */
    PackedProduct(Machine plan, long weightsAddress, int outputs, int inputs) {
        this.plan = plan;
        this.weightsAddress = weightsAddress;
        this.outputs = outputs;
        this.inputs = inputs;
        dimensions = new long[] {outputs, inputs, 1, 1};
        forward = new Calls(plan.lanes(), plan.capacity(), this::forwardPrimitive, this::bindForward);
        backward = new Calls(plan.lanes(), plan.capacity(), this::backwardPrimitive, this::bindBackward);
    }

    /** On a lane, before the first pass; rows: as many as most calls will have. */
    void prepareForward(int rows) {
        if (forwardWeights == null) {
            forwardWeights = pack(forward.primitive(rows));
        }
    }

    void prepareBackward(int rows) {
        if (backwardWeights == null) {
            backwardWeights = pack(backward.primitive(rows));
        }
    }

    private PackedWeights pack(Primitive primitive) {
        PackedWeights packed =
                new PackedWeights(plan.memory(), primitive.query(dnnl_query_weights_md), dimensions, weightsAddress);
        plan.packs().add(packed);
        return packed;
    }

    /** y (rows, outputs) = x (rows, inputs) W^T. */
    void forward(Lane lane, int rows, long x, long y) {
        forward.get(lane, rows)
                .set(0, x)
                .set(1, forwardWeights.address())
                .set(2, y)
                .execute(lane);
    }

    /** dx (rows, inputs) = dy (rows, outputs) W. */
    void backward(Lane lane, int rows, long dy, long dx) {
        backward.get(lane, rows)
                .set(0, dx)
                .set(1, backwardWeights.address())
                .set(2, dy)
                .execute(lane);
    }

    private dnnl_memory_desc_t image(int rows, int channels) {
        return OneDnn.nhwc(1, new Shape(rows, 1, channels));
    }

    private dnnl_convolution_desc_t forwardDescription(int rows, dnnl_memory_desc_t weights) {
        dnnl_convolution_desc_t description = new dnnl_convolution_desc_t();
        OneDnn.check(dnnl_convolution_forward_desc_init(
                description,
                dnnl_forward_training,
                dnnl_convolution_direct,
                image(rows, inputs),
                weights,
                null,
                image(rows, outputs),
                ONE,
                NONE,
                NONE));
        return description;
    }

    private Primitive forwardPrimitive(int rows) {
        dnnl_memory_desc_t weights = forwardWeights == null ? OneDnn.any(dimensions) : forwardWeights.description();
        return new Primitive(forwardDescription(rows, weights), OneDnn.attributes(), null);
    }

    private Primitive backwardPrimitive(int rows) {
        dnnl_memory_desc_t weights = backwardWeights == null ? OneDnn.any(dimensions) : backwardWeights.description();
        dnnl_convolution_desc_t description = new dnnl_convolution_desc_t();
        OneDnn.check(dnnl_convolution_backward_data_desc_init(
                description,
                dnnl_convolution_direct,
                image(rows, inputs),
                weights,
                image(rows, outputs),
                ONE,
                NONE,
                NONE));
        try (Primitive hint =
                new Primitive(forwardDescription(rows, OneDnn.any(dimensions)), OneDnn.attributes(), null)) {
            return new Primitive(description, OneDnn.attributes(), hint);
        }
    }

    private Call bindForward(Primitive primitive, int rows) {
        return new Call(
                primitive,
                new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
                image(rows, inputs),
                forwardWeights.description(),
                image(rows, outputs));
    }

    private Call bindBackward(Primitive primitive, int rows) {
        return new Call(
                primitive,
                new int[] {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST},
                image(rows, inputs),
                backwardWeights.description(),
                image(rows, outputs));
    }

    @Override
    public void close() {
        forward.close();
        backward.close();
    }
}
