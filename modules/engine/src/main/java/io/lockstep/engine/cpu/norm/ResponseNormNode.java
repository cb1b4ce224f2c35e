package io.lockstep.engine.cpu.norm;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_lrn_across_channels;
import static org.bytedeco.dnnl.global.dnnl.dnnl_lrn_backward_desc_init;
import static org.bytedeco.dnnl.global.dnnl.dnnl_lrn_forward_desc_init;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_workspace_md;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Shape;
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
import io.lockstep.engine.operations.Norm.ResponseNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.dnnl_lrn_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/** Local response normalisation by oneDNN, whose alpha is that of the sum's mean. */
final class ResponseNormNode implements CpuNode {
    private final ResponseNorm operation;
    private final Shape shape;
    private final Calls forward;
    private final Calls backward;

    /** oneDNN's, where it is right. */
    static CpuNode fastest(Site site) {
        return PlainResponseNorm.has(site.node()) ? new PlainResponseNorm(site.node()) : new ResponseNormNode(site);
    }

    private ResponseNormNode(Site site) {
        Machine plan = site.machine();
        Node node = site.node();
        operation = (ResponseNorm) node.operation();
        shape = node.shape();
        forward = new Calls(
                plan.lanes(),
                plan.capacity(),
                this::forwardPrimitive,
                (primitive, examples) -> bind(primitive, examples, DNNL_ARG_SRC, DNNL_ARG_DST));
        backward = new Calls(
                plan.lanes(),
                plan.capacity(),
                this::backwardPrimitive,
                (primitive, examples) -> bind(primitive, examples, DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC));
    }

    @Override
    public void forward(Context context) {
        Tensor x = context.input();
        Tensor y = context.newOutput();
        Tensor workspace = context.keep(workspace(context.program(), context.name()));
        context.program().chunked("forward " + context.name(), forwardTask(x, workspace, y), present(x, y, workspace));
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor x = context.input();
        Tensor workspace = context.kept();
        Tensor dx = context.gradientFor(0);
        if (dx != null) {
            context.program()
                    .chunked(
                            "backward " + context.name(),
                            backwardTask(x, dy, workspace, dx),
                            present(x, dy, dx, workspace));
        }
    }

    private static Tensor[] present(Tensor... tensors) {
        return Arrays.stream(tensors).filter(tensor -> tensor != null).toArray(Tensor[]::new);
    }

    /** What forward leaves for backward; null if nothing. */
    private Tensor workspace(Program program, String name) {
        long bytes = OneDnn.bytes(workspaceOf(1));
        return bytes == 0 ? null : program.bytes(name + ".workspace", bytes);
    }

    private dnnl_memory_desc_t workspaceOf(int examples) {
        return forward.primitive(examples).query(dnnl_query_workspace_md);
    }

    private ExampleTask forwardTask(Tensor x, Tensor workspace, Tensor y) {
        return task(forward, workspace, x, y);
    }

    private ExampleTask backwardTask(Tensor x, Tensor dy, Tensor workspace, Tensor dx) {
        return task(backward, workspace, x, dy, dx);
    }

    private static ExampleTask task(Calls calls, Tensor workspace, Tensor... tensors) {
        return ExampleTask.of(calls, (lane, first, end) -> {
            Call call = calls.get(lane, end - first);
            for (int i = 0; i < tensors.length; i++) {
                call.set(i, tensors[i].addressOf(first));
            }
            if (workspace != null) {
                call.set(tensors.length, workspace.addressOf(first));
            }
            call.execute(lane);
        });
    }

    private float alpha() {
        return (float) (operation.alpha() * operation.size());
    }

    private Primitive forwardPrimitive(int examples) {
        dnnl_lrn_desc_t description = new dnnl_lrn_desc_t();
        OneDnn.check(dnnl_lrn_forward_desc_init(
                description,
                dnnl_forward_training,
                dnnl_lrn_across_channels,
                OneDnn.nhwc(examples, shape),
                operation.size(),
                alpha(),
                (float) operation.beta(),
                (float) operation.k()));
        return new Primitive(description, OneDnn.attributes(), null);
    }

    private Primitive backwardPrimitive(int examples) {
        dnnl_lrn_desc_t description = new dnnl_lrn_desc_t();
        OneDnn.check(dnnl_lrn_backward_desc_init(
                description,
                dnnl_lrn_across_channels,
                OneDnn.nhwc(examples, shape),
                OneDnn.nhwc(examples, shape),
                operation.size(),
                alpha(),
                (float) operation.beta(),
                (float) operation.k()));
        return new Primitive(description, OneDnn.attributes(), forward.primitive(examples));
    }

    private Call bind(Primitive primitive, int examples, int... names) {
        List<Integer> all = new ArrayList<>();
        List<dnnl_memory_desc_t> descriptions = new ArrayList<>();
        for (int name : names) {
            all.add(name);
            descriptions.add(OneDnn.nhwc(examples, shape));
        }
        dnnl_memory_desc_t workspace = workspaceOf(examples);
        if (OneDnn.bytes(workspace) > 0) {
            all.add(DNNL_ARG_WORKSPACE);
            descriptions.add(workspace);
        }
        return new Call(
                primitive,
                all.stream().mapToInt(Integer::intValue).toArray(),
                descriptions.toArray(new dnnl_memory_desc_t[0]));
    }

    @Override
    public void close() {
        forward.close();
        backward.close();
    }
}
