package io.lockstep.engine.cpu.sequence;

import io.lockstep.engine.DropoutMask;
import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.SequenceNode;
import io.lockstep.engine.cpu.node.Site;
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

    /** What one head of one example reads or writes: addresses of its first query, key and value. */
    private final class Place {
        long query;
        long key;
        long value;

        void set(Tensor x, Tensor memory, int n, int head) {
            long first = (long) head * width * Float.BYTES;
            query = x.addressOf(n) + first;
            key = memory.addressOf(n) + first + (crosses ? 0 : (long) features * Float.BYTES);
            value = key + (long) features * Float.BYTES;
        }
    }

    /** Some queries of one head of one example, and the keys that they see. A lane has one, used again. */
    private final class Block {
        final Place read = new Place();
        final Place written = new Place();
        /** The weights, (count, seen), at the beginning of the lane's scratch memory. */
        long weightsAddress;

        ByteBuffer scratch;
        int example;
        int head;
        int first;
        int count;
        int seen;

        /** @param matrices of (block, keys) in the scratch memory */
        Block of(Lane lane, int matrices) {
            weightsAddress = lane.scratch(matrices * matrixBytes());
            scratch = lane.scratchBuffer();
            return this;
        }

        void set(int n, int newHead, Tensor x, Tensor memory) {
            example = n;
            head = newHead;
            read.set(x, memory, n, newHead);
        }

        /** Takes the queries from one on. */
        void from(int query) {
            first = query;
            count = Math.min(block, queries - query);
            seen = operation.causal() ? query + count : keys;
        }

        boolean isLast() {
            return first + block >= queries;
        }

        /** Keys that a query of this block sees. */
        int visibleFrom(int row) {
            return operation.causal() ? first + row + 1 : seen;
        }

        /** Byte offset of a query's weights. */
        int at(int row) {
            return row * seen * Float.BYTES;
        }

        /** Where the logarithm of the sum of a query's weights is kept. */
        int logSumAt(int row) {
            return logSums.at(example) + (head * queries + first + row) * Float.BYTES;
        }

        /** Bytes from an example's first output, or its gradient, to the one of this block's first query. */
        long outputOffset() {
            return ((long) first * features + (long) head * width) * Float.BYTES;
        }

        /** The gradient of the weights lies behind the weights. */
        int gradientAt(int row) {
            return (int) matrixBytes() + at(row);
        }

        long gradientAddress() {
            return weightsAddress + matrixBytes();
        }
    }

    private long matrixBytes() {
        return (long) block * keys * Float.BYTES;
    }

    private Block[] blocks() {
        return Stream.generate(Block::new).limit(plan.lanes()).toArray(Block[]::new);
    }

    // ------------------------------------------------------------------ forward

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
        Block[] blocks = blocks();
        program.chunked(
                "forward " + node.name(),
                (lane, from, to) -> {
                    Block own = blocks[lane.index()].of(lane, 1);
                    for (int n = from; n < to; n++) {
                        for (int h = 0; h < heads; h++) {
                            own.set(n, h, x, memory);
                            forwardHead(lane, own, mask, y);
                        }
                    }
                },
                present(x, memory == x ? null : memory, mask, y, logSums));
    }

    private void forwardHead(Lane lane, Block own, Tensor mask, Tensor y) {
        for (int i = 0; i < queries; i += block) {
            own.from(i);
            scores(lane, own, mask);
            for (int row = 0; row < own.count; row++) {
                int visible = own.visibleFrom(row);
                float logSum = RowPasses.get().softmax(own.scratch, own.at(row), visible, own.seen);
                logSums.buffer().putFloat(own.logSumAt(row), logSum);
                drop(own, row, own.at(row));
            }
            lane.gemm()
                    .product(own.count, width, own.seen)
                    .left(own.weightsAddress, own.seen)
                    .right(own.read.value, keyStride)
                    .into(y.addressOf(own.example) + own.outputOffset(), features);
        }
    }

    /** weights = q k^T / sqrt(width), and minus infinity for keys that are not there. */
    private void scores(Lane lane, Block own, Tensor mask) {
        lane.gemm()
                .product(own.count, own.seen, width)
                .left(own.read.query + queryOffset(own), queryStride)
                .rightTransposed(own.read.key, keyStride)
                .times(scale)
                .into(own.weightsAddress, own.seen);
        for (int j = 0; mask != null && j < own.seen; j++) {
            if (mask.buffer().getFloat(mask.at(own.example) + j * Float.BYTES) == 0) {
                for (int row = 0; row < own.count; row++) {
                    own.scratch.putFloat(own.at(row) + j * Float.BYTES, Float.NEGATIVE_INFINITY);
                }
            }
        }
    }

    /** Bytes from a head's first query to the block's. */
    private long queryOffset(Block own) {
        return (long) own.first * queryStride * Float.BYTES;
    }

    /** Applies dropout to the weights of a query, or to their gradient, which lie at an offset in the scratch memory. */
    private void drop(Block own, int row, int at) {
        if (!drops) {
            return;
        }
        long query = ((plan.firstExample() + own.example) * heads + own.head) * queries + own.first + row;
        int visible = own.visibleFrom(row);
        for (int j = 0; j < visible; j++) {
            double factor =
                    DropoutMask.attentionFactor(plan.seed(), node.stream(), query * keys + j, operation.retain());
            own.scratch.putFloat(at + j * Float.BYTES, (float) (own.scratch.getFloat(at + j * Float.BYTES) * factor));
        }
    }

    // ------------------------------------------------------------------ backward

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
        Block[] blocks = blocks();
        program.chunked(
                "backward " + node.name(),
                (lane, from, to) -> {
                    Block own = blocks[lane.index()].of(lane, 2);
                    for (int n = from; n < to; n++) {
                        for (int h = 0; h < heads; h++) {
                            own.set(n, h, x, memory);
                            own.written.set(dx, dMemory, n, h);
                            backwardHead(lane, own, mask, y, dy);
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

    private void backwardHead(Lane lane, Block own, Tensor mask, Tensor y, Tensor dy) {
        for (int i = (queries - 1) / block * block; i >= 0; i -= block) {
            own.from(i);
            scores(lane, own, mask);
            long dOutput = dy.addressOf(own.example) + own.outputOffset();
            // gradient of the weights = dy v^T
            lane.gemm()
                    .product(own.count, own.seen, width)
                    .left(dOutput, features)
                    .rightTransposed(own.read.value, keyStride)
                    .into(own.gradientAddress(), own.seen);
            for (int row = 0; row < own.count; row++) {
                scoreGradients(own, row, y, dy);
            }
            inputGradients(lane, own, dOutput);
        }
    }

    /** Makes the weights of a query what forward had, and of their gradient that of its scores. */
    private void scoreGradients(Block own, int row, Tensor y, Tensor dy) {
        int at = own.at(row);
        int gradientAt = own.gradientAt(row);
        float logSum = logSums.buffer().getFloat(own.logSumAt(row));
        RowPasses.get().softmaxAgain(own.scratch, at, own.visibleFrom(row), own.seen, logSum);
        int offset = (int) own.outputOffset() + row * features * Float.BYTES;
        int yAt = y.at(own.example) + offset;
        float mean = RowPasses.get().dot(y.buffer(), yAt, dy.buffer(), dy.at(own.example) + offset, width);
        drop(own, row, gradientAt);
        RowPasses.get().softmaxGradient(own.scratch, at, mean, scale, own.scratch, gradientAt, own.seen);
        drop(own, row, at);
    }

    /** dv += weights^T dy, dk += (gradient of the scores)^T q, dq = (gradient of the scores) k. */
    private void inputGradients(Lane lane, Block own, long dOutput) {
        lane.gemm()
                .product(own.seen, width, own.count)
                .leftTransposed(own.weightsAddress, own.seen)
                .right(dOutput, features)
                .into(own.written.value, keyStride, !own.isLast());
        lane.gemm()
                .product(own.seen, width, own.count)
                .leftTransposed(own.gradientAddress(), own.seen)
                .right(own.read.query + queryOffset(own), queryStride)
                .into(own.written.key, keyStride, !own.isLast());
        lane.gemm()
                .product(own.count, width, own.seen)
                .left(own.gradientAddress(), own.seen)
                .right(own.read.key, keyStride)
                .into(own.written.query + queryOffset(own), queryStride);
    }
}
