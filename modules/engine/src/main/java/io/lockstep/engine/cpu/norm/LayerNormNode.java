package io.lockstep.engine.cpu.norm;

import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.SequenceNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Norm.LayerNorm;
import io.lockstep.kernels.RowPasses;
import org.bytedeco.javacpp.Pointer;

/** Layer norm, row by row; each lane adds up its part of the parameters' gradients. */
final class LayerNormNode extends SequenceNode {
    private static final int SAVED = 2 * Float.BYTES;

    private final LayerNorm operation;
    private final int features;
    private final int rowBytes;
    private final int rows;
    private final int gainAt;
    private final int biasAt;

    LayerNormNode(Site site) {
        super(site);
        operation = (LayerNorm) node.operation();
        features = node.shape().channels();
        rowBytes = features * Float.BYTES;
        rows = node.shape().pixels();
        gainAt = parameterAt(0);
        biasAt = operation.bias() ? parameterAt(features) : -1;
    }

    @Override
    public void forward(Context context) {
        Program program = context.program();
        Tensor saved = context.keep(program.tensor(node.name() + ".saved", 2L * rows));
        Tensor x = context.input();
        Tensor y = context.newOutput();
        program.chunked(
                "forward " + node.name(),
                (lane, from, to) -> {
                    for (int row = from * rows; row < to * rows; row++) {
                        RowPasses.get()
                                .layerNorm(
                                        x.buffer(),
                                        row * rowBytes,
                                        plan.parameterBuffer(),
                                        gainAt,
                                        biasAt,
                                        operation.epsilon(),
                                        y.buffer(),
                                        row * rowBytes,
                                        saved.buffer(),
                                        row * SAVED,
                                        features);
                    }
                },
                x,
                y,
                saved);
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Program program = context.program();
        Tensor saved = context.kept();
        Tensor x = context.input();
        Tensor given = context.gradientFor(0);
        Tensor dx = given != null ? given : program.tensor(node.name() + ".unused", (long) rows * features);
        int sumBytes = 2 * rowBytes;
        Tensor sums = program.fixed(node.name() + ".sums", (long) sumBytes * plan.lanes());
        program.chunked(
                "backward " + node.name(),
                (lane, from, to) -> {
                    int sumsAt = lane.index() * sumBytes;
                    if (from == lane.from()) {
                        Pointer.memset(lane.at(sums.address() + sumsAt), 0, sumBytes);
                    }
                    for (int row = from * rows; row < to * rows; row++) {
                        RowPasses.get()
                                .layerNormGradient(
                                        x.buffer(),
                                        row * rowBytes,
                                        plan.parameterBuffer(),
                                        gainAt,
                                        saved.buffer(),
                                        row * SAVED,
                                        dy.buffer(),
                                        row * rowBytes,
                                        sums.buffer(),
                                        sumsAt,
                                        dx.buffer(),
                                        row * rowBytes,
                                        features);
                    }
                },
                x,
                dy,
                dx,
                saved,
                sums);
        context.parameterGradients(
                "backward " + node.name() + " sums",
                (lane, lanes, examples) -> {
                    if (lane.index() == 0) {
                        total(lane, lanes, examples, sums);
                    }
                },
                sums);
    }

    private void total(Lane lane, int lanes, int examples, Tensor sums) {
        int elements = node.parameters();
        Pointer.memset(lane.at(plan.gradientAddress(node.parametersAt())), 0, (long) elements * Float.BYTES);
        for (int i = 0; i < lanes; i++) {
            if (Lane.shareStart(i, lanes, examples) < Lane.shareStart(i + 1, lanes, examples)) {
                RowPasses.get().add(sums.buffer(), i * 2 * rowBytes, plan.gradientBuffer(), gainAt, elements);
            }
        }
    }
}
