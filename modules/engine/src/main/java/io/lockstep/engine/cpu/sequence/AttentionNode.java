package io.lockstep.engine.cpu.sequence;

import io.lockstep.engine.DropoutMask;
import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.SequenceNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Gemm;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Attention;
import io.lockstep.kernels.RowPasses;
import java.nio.ByteBuffer;
import java.util.stream.Stream;

/**
 * Attention, one head of one example after the other, some queries at a time (Dao et al. 2022): the weights of a block
 * of queries live in the lane's scratch memory only, as (block, keys), where a causal block has no keys behind its last
 * query. Backward computes them again from the logarithm of their sum, and takes the blocks from the last to the first:
 * the last sees all keys, so it writes the keys' gradients that the others add to.
 */
final class AttentionNode extends SequenceNode {
    private static final int BLOCK = 64;

    private final Attention operation;
    private final boolean crosses;
    private final int heads;
    private final int features;
    private final int width;
    private final int queries;
    private final int keys;
    private final int queryStride;
    private final int keyStride;
    private final int block;
    private final float scale;
    private boolean drops;
    private Tensor logSums;

    AttentionNode(Site site) {
        super(site);
        operation = (Attention) node.operation();
        crosses = operation.crosses(shapes);
        heads = operation.heads();
        features = operation.features(shapes);
        width = features / heads;
        queries = node.shape().height();
        keys = shapes.get(crosses ? 1 : 0).height();
        queryStride = shapes.get(0).channels();
        keyStride = shapes.get(crosses ? 1 : 0).channels();
        block = Math.min(BLOCK, queries);
        scale = (float) (1 / Math.sqrt(width));
    }

    /** What one head of one example reads or writes: addresses of its first query, key and value. A lane's, used again. */
    private final class Head {
        long query;
        long key;
        long value;

        Head set(Tensor x, Tensor memory, int n, int head) {
            long first = (long) head * width * Float.BYTES;
            query = x.addressOf(n) + first;
            key = memory.addressOf(n) + first + (crosses ? 0 : (long) features * Float.BYTES);
            value = key + (long) features * Float.BYTES;
            return this;
        }
    }

    /** One for each lane. */
    private Head[] heads() {
        return Stream.generate(Head::new).limit(plan.lanes()).toArray(Head[]::new);
    }

    private int keysOf(int firstQuery, int count) {
        return operation.causal() ? firstQuery + count : keys;
    }

    @Override
    public void forward(Context context) {
        Tensor[] inputs = context.inputs();
        Program program = context.program();
        Tensor x = inputs[0];
        Tensor memory = inputs[crosses ? 1 : 0];
        Tensor mask = operation.padding() ? inputs[inputs.length - 1] : null;
        drops = context.training() && operation.retain() < 1;
        logSums = program.tensor(node.name() + ".logsums", (long) heads * queries);
        Tensor y = context.newOutput();
        Head[] read = heads();
        program.chunked(
                "forward " + node.name(),
                (lane, from, to) -> {
                    long scratch = lane.scratch((long) block * keys * Float.BYTES);
                    ByteBuffer weights = lane.scratchBuffer();
                    for (int n = from; n < to; n++) {
                        for (int h = 0; h < heads; h++) {
                            forward(lane, n, h, read[lane.index()].set(x, memory, n, h), mask, scratch, weights, y);
                        }
                    }
                },
                present(x, memory == x ? null : memory, mask, y, logSums));
    }

    private void forward(Lane lane, int n, int h, Head head, Tensor mask, long scratch, ByteBuffer weights, Tensor y) {
        for (int i = 0; i < queries; i += block) {
            int count = Math.min(block, queries - i);
            int seen = keysOf(i, count);
            scores(lane, head, i, count, seen, scratch);
            mask(n, mask, count, seen, weights);
            for (int row = 0; row < count; row++) {
                int visible = operation.causal() ? i + row + 1 : seen;
                float logSum = RowPasses.get().softmax(weights, row * seen * Float.BYTES, visible, seen);
                logSums.buffer().putFloat(logSums.at(n) + (h * queries + i + row) * Float.BYTES, logSum);
                drop(n, h, i + row, visible, weights, row * seen * Float.BYTES);
            }
            long to = y.addressOf(n) + ((long) i * features + (long) h * width) * Float.BYTES;
            Gemm.run(lane, count, width, seen, 1, scratch, seen, false, head.value, keyStride, false, 0, to, features);
        }
    }

    /** Applies dropout to the weights of a query, or to their gradient. */
    private void drop(int n, int h, int query, int visible, ByteBuffer row, int at) {
        if (!drops) {
            return;
        }
        long first = (((plan.firstExample() + n) * heads + h) * queries + query) * keys;
        for (int j = 0; j < visible; j++) {
            double factor = DropoutMask.attentionFactor(plan.seed(), node.stream(), first + j, operation.retain());
            row.putFloat(at + j * Float.BYTES, (float) (row.getFloat(at + j * Float.BYTES) * factor));
        }
    }

    /** weights = q k^T / sqrt(width). */
    private void scores(Lane lane, Head head, int i, int count, int seen, long scratch) {
        long query = head.query + (long) i * queryStride * Float.BYTES;
        Gemm.run(
                lane,
                count,
                seen,
                width,
                scale,
                query,
                queryStride,
                false,
                head.key,
                keyStride,
                true,
                0,
                scratch,
                seen);
    }

    private void mask(int n, Tensor mask, int count, int seen, ByteBuffer weights) {
        for (int j = 0; mask != null && j < seen; j++) {
            if (mask.buffer().getFloat(mask.at(n) + j * Float.BYTES) == 0) {
                for (int row = 0; row < count; row++) {
                    weights.putFloat((row * seen + j) * Float.BYTES, Float.NEGATIVE_INFINITY);
                }
            }
        }
    }

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor[] inputs = context.inputs();
        Tensor y = context.output();
        Program program = context.program();
        Tensor x = inputs[0];
        Tensor memory = inputs[crosses ? 1 : 0];
        Tensor mask = operation.padding() ? inputs[inputs.length - 1] : null;
        Tensor dx = wanted(context, program, 0);
        Tensor dMemory = crosses ? wanted(context, program, 1) : dx;
        Head[] read = heads();
        Head[] written = heads();
        program.chunked(
                "backward " + node.name(),
                (lane, from, to) -> {
                    long bytes = (long) block * keys * Float.BYTES;
                    long scratch = lane.scratch(2 * bytes);
                    ByteBuffer weights = lane.scratchBuffer();
                    for (int n = from; n < to; n++) {
                        for (int h = 0; h < heads; h++) {
                            Head head = read[lane.index()].set(x, memory, n, h);
                            Head gradient = written[lane.index()].set(dx, dMemory, n, h);
                            for (int i = (queries - 1) / block * block; i >= 0; i -= block) {
                                backward(lane, n, h, i, head, gradient, mask, scratch, weights, y, dy);
                            }
                        }
                    }
                },
                present(x, crosses ? memory : null, mask, y, dy, dx, crosses ? dMemory : null, logSums));
    }

    private Tensor wanted(Context context, Program program, int input) {
        Tensor gradient = context.gradientFor(input);
        return gradient != null
                ? gradient
                : program.tensor(node.name() + ".unused", shapes.get(input).elements());
    }

    private void backward(
            Lane lane,
            int n,
            int h,
            int i,
            Head head,
            Head gradient,
            Tensor mask,
            long scratch,
            ByteBuffer weights,
            Tensor y,
            Tensor dy) {
        int count = Math.min(block, queries - i);
        int seen = keysOf(i, count);
        float beta = i + block >= queries ? 0 : 1;
        long outputAt = ((long) i * features + (long) h * width) * Float.BYTES;
        long dOutput = dy.addressOf(n) + outputAt;
        long dScratch = scratch + (long) block * keys * Float.BYTES;
        int dScratchAt = block * keys * Float.BYTES;
        scores(lane, head, i, count, seen, scratch);
        mask(n, mask, count, seen, weights);
        // gradient of the weights = dy v^T
        Gemm.run(lane, count, seen, width, 1, dOutput, features, false, head.value, keyStride, true, 0, dScratch, seen);
        for (int row = 0; row < count; row++) {
            int at = row * seen * Float.BYTES;
            int visible = operation.causal() ? i + row + 1 : seen;
            float logSum = logSums.buffer().getFloat(logSums.at(n) + (h * queries + i + row) * Float.BYTES);
            RowPasses.get().softmaxAgain(weights, at, visible, seen, logSum);
            int place = (int) outputAt + row * features * Float.BYTES;
            float mean = RowPasses.get().dot(y.buffer(), y.at(n) + place, dy.buffer(), dy.at(n) + place, width);
            drop(n, h, i + row, visible, weights, dScratchAt + at);
            RowPasses.get().softmaxGradient(weights, at, mean, scale, weights, dScratchAt + at, seen);
            drop(n, h, i + row, visible, weights, at);
        }
        // dv += weights^T dy, dk += (gradient of the scores)^T q, dq = (gradient of the scores) k
        Gemm.run(
                lane,
                seen,
                width,
                count,
                1,
                scratch,
                seen,
                true,
                dOutput,
                features,
                false,
                beta,
                gradient.value,
                keyStride);
        long row = (long) i * queryStride * Float.BYTES;
        Gemm.run(
                lane,
                seen,
                width,
                count,
                1,
                dScratch,
                seen,
                true,
                head.query + row,
                queryStride,
                false,
                beta,
                gradient.key,
                keyStride);
        Gemm.run(
                lane,
                count,
                width,
                seen,
                1,
                dScratch,
                seen,
                false,
                head.key,
                keyStride,
                false,
                0,
                gradient.query + row,
                queryStride);
    }
}
