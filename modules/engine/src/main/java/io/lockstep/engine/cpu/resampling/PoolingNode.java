package io.lockstep.engine.cpu.resampling;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_invalid_arguments;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_exclude_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_include_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_v2_backward_desc_init;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_v2_forward_desc_init;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_workspace_md;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Call;
import io.lockstep.engine.cpu.onednn.Calls;
import io.lockstep.engine.cpu.onednn.OneDnn;
import io.lockstep.engine.cpu.onednn.Primitive;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.PoolingKind;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_pooling_v2_desc_t;

/** Pooling by oneDNN, which remembers where a maximum was in its workspace. */
final class PoolingNode implements CpuNode {
    private final String name;
    private final Pooling operation;
    private final Shape from;
    private final Shape to;
    private final boolean max;
    private final Calls forward;
    private final Calls backward;

    PoolingNode(Site site) {
        Machine plan = site.machine();
        Node node = site.node();
        operation = (Pooling) node.operation();
        from = site.from();
        to = node.shape();
        max = operation.kind() == PoolingKind.MAX;
        name = node.name();
        forward = new Calls(plan.lanes(), plan.capacity(), this::forwardPrimitive, this::bindForward);
        backward = new Calls(plan.lanes(), plan.capacity(), this::backwardPrimitive, this::bindBackward);
    }

    /** Some dilated windows whose padding is wider than they have pixels are invalid to oneDNN. */
    private void check(int status) {
        if (status == dnnl_invalid_arguments) {
            throw new UnsupportedOperationException(name + ": oneDNN has no " + operation.kind()
                    + " pooling with as much padding around " + from + ", " + operation.window());
        }
        OneDnn.check(status);
    }

    @Override
    public void forward(Context context) {
        Tensor x = context.input();
        Tensor y = context.newOutput();
        Tensor workspace = context.keep(workspace(context.program(), context.name()));
        Tensor[] uses = max ? new Tensor[] {x, y, workspace} : new Tensor[] {x, y};
        context.program().chunked("forward " + context.name(), forwardTask(x, workspace, y), uses);
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor workspace = context.kept();
        Tensor dx = context.gradientFor(0);
        if (dx != null) {
            Tensor[] uses = max ? new Tensor[] {dy, dx, workspace} : new Tensor[] {dy, dx};
            context.program().chunked("backward " + context.name(), backwardTask(dy, workspace, dx), uses);
        }
    }

    /** For the positions of maxima; null if there is nothing to remember. */
    private Tensor workspace(Program program, String name) {
        return max ? program.bytes(name + ".workspace", OneDnn.bytes(workspaceOf(1))) : null;
    }

    private dnnl_memory_desc_t workspaceOf(int examples) {
        return forward.primitive(examples).query(dnnl_query_workspace_md);
    }

    private ExampleTask forwardTask(Tensor x, Tensor workspace, Tensor y) {
        return ExampleTask.of(forward, (lane, first, end) -> {
            Call call =
                    forward.get(lane, end - first).set(0, x.addressOf(first)).set(1, y.addressOf(first));
            if (max) {
                call.set(2, workspace.addressOf(first));
            }
            call.execute(lane);
        });
    }

    private ExampleTask backwardTask(Tensor dy, Tensor workspace, Tensor dx) {
        return ExampleTask.of(backward, (lane, first, end) -> {
            Call call =
                    backward.get(lane, end - first).set(0, dx.addressOf(first)).set(1, dy.addressOf(first));
            if (max) {
                call.set(2, workspace.addressOf(first));
            }
            call.execute(lane);
        });
    }

    private int algorithm() {
        return switch (operation.kind()) {
            case MAX -> dnnl_pooling_max;
            case AVERAGE -> dnnl_pooling_avg_exclude_padding;
            case AVERAGE_WITH_PADDING -> dnnl_pooling_avg_include_padding;
        };
    }

    private Primitive forwardPrimitive(int examples) {
        Window w = operation.window();
        dnnl_pooling_v2_desc_t description = new dnnl_pooling_v2_desc_t();
        check(dnnl_pooling_v2_forward_desc_init(
                description,
                dnnl_forward_training,
                algorithm(),
                OneDnn.nhwc(examples, from),
                OneDnn.nhwc(examples, to),
                new long[] {w.strideHeight(), w.strideWidth()},
                new long[] {w.height(), w.width()},
                new long[] {w.dilationHeight() - 1, w.dilationWidth() - 1},
                new long[] {w.padTop(), w.padLeft()},
                OneDnn.padAfter(operation.window(), from, to)));
        return new Primitive(description, OneDnn.attributes(), null);
    }

    private Primitive backwardPrimitive(int examples) {
        Window w = operation.window();
        dnnl_pooling_v2_desc_t description = new dnnl_pooling_v2_desc_t();
        check(dnnl_pooling_v2_backward_desc_init(
                description,
                algorithm(),
                OneDnn.nhwc(examples, from),
                OneDnn.nhwc(examples, to),
                new long[] {w.strideHeight(), w.strideWidth()},
                new long[] {w.height(), w.width()},
                new long[] {w.dilationHeight() - 1, w.dilationWidth() - 1},
                new long[] {w.padTop(), w.padLeft()},
                OneDnn.padAfter(operation.window(), from, to)));
        return new Primitive(description, OneDnn.attributes(), forward.primitive(examples));
    }

    private Call bindForward(Primitive primitive, int examples) {
        return bind(primitive, examples, DNNL_ARG_SRC, DNNL_ARG_DST);
    }

    private Call bindBackward(Primitive primitive, int examples) {
        return bind(primitive, examples, DNNL_ARG_DIFF_SRC, DNNL_ARG_DIFF_DST);
    }

    private Call bind(Primitive primitive, int examples, int x, int y) {
        if (!max) {
            return new Call(primitive, new int[] {x, y}, OneDnn.nhwc(examples, from), OneDnn.nhwc(examples, to));
        }
        return new Call(
                primitive,
                new int[] {x, y, DNNL_ARG_WORKSPACE},
                OneDnn.nhwc(examples, from),
                OneDnn.nhwc(examples, to),
                workspaceOf(examples));
    }

    @Override
    public void close() {
        forward.close();
        backward.close();
    }
}
