package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.SequenceOperation.Gru;
import io.lockstep.engine.SequenceOperation.Lstm;
import io.lockstep.engine.SequenceOperation.Recurrent;
import io.lockstep.kernels.RecurrentPasses;
import io.lockstep.kernels.RowPasses;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.Pointer;

/**
 * A recurrent layer. The products with the input and all gradients of weights are one matrix product over all steps;
 * only the product with the state goes step by step, for all of a lane's examples.
 *
 * <pre>
 *   gates   (examples, T, gates x units)   sums, then the gates' values, in backward the gradient of the sums
 *   before  (examples, T, units)           the state that each step found: zeros, then y one step earlier
 *   extra   (examples, T, units)           an LSTM's cells; a GRU's state part of n, in backward its gradient
 *   state   (examples, gates x units)      one step's products with the state; in backward (examples, units) dh
 * </pre>
 *
 * W, R and b are used as they lie in the flat vector, rows (gates x units).
 */
final class RecurrentNode extends SequenceNode {
    private final Recurrent operation;
    private final boolean lstm;
    private final boolean gru;
    private final int units;
    private final int rows;
    private final int features;
    private final int steps;
    private final int unitBytes;
    private final int rowBytes;
    private final long recurrentAt;
    private final long biasAt;
    private Tensor gates;
    private Tensor before;
    private Tensor extra;

    RecurrentNode(CpuPlan plan, Graph graph, Node node) {
        super(plan, graph, node);
        operation = (Recurrent) node.operation();
        lstm = operation instanceof Lstm;
        gru = operation instanceof Gru;
        units = operation.units();
        rows = operation.gates() * units;
        features = shapes.get(0).channels();
        steps = node.shape().height();
        unitBytes = units * Float.BYTES;
        rowBytes = rows * Float.BYTES;
        recurrentAt = (long) rows * features;
        biasAt = recurrentAt + (long) rows * units;
    }

    @Override
    Tensor forward(Context context, Tensor[] inputs) {
        Program program = context.program();
        long sequence = (long) steps * units;
        gates = program.tensor(node.name() + ".gates", sequence * operation.gates());
        before = program.tensor(node.name() + ".before", sequence);
        extra = lstm || gru ? program.tensor(node.name() + ".extra", sequence) : null;
        Tensor state = gru ? program.tensor(node.name() + ".state", rows) : null;
        Tensor y = context.newOutput(node);
        Tensor x = inputs[0];
        program.whole(
                "forward " + node.name(),
                (lane, from, to) -> {
                    product(lane, (to - from) * steps, x.addressOf(from), 0, rows, gates.addressOf(from));
                    for (int i = 0; i < steps; i++) {
                        forwardStep(lane, from, to, i, state, y);
                    }
                },
                present(x, y, gates, before, extra, state));
        return y;
    }

    /** gates = x W^T, over all steps at once. */
    private void product(Lane lane, int count, long x, int firstRow, int rowCount, long to) {
        long weights = plan.parameterAddress(node.parametersAt() + (long) firstRow * features);
        Gemm.run(lane, count, rowCount, features, 1, x, features, false, weights, features, true, 0, to, rows);
    }

    private int time(int i) {
        return operation.reversed() ? steps - 1 - i : i;
    }

    private void forwardStep(Lane lane, int from, int to, int i, Tensor state, Tensor y) {
        int t = time(i);
        int earlier = time(i - 1);
        for (int n = from; n < to; n++) {
            int at = before.at(n) + t * unitBytes;
            if (i == 0) {
                Pointer.memset(lane.a.to(before.address + at), 0, unitBytes);
            } else {
                before.buffer.put(at, y.buffer, y.at(n) + earlier * unitBytes, unitBytes);
            }
        }
        if (i > 0 || gru) {
            stateProduct(lane, from, to, t, state);
        }
        ByteBuffer parameters = plan.parameterBuffer();
        int bias = parameterAt(biasAt);
        for (int n = from; n < to; n++) {
            int gatesAt = gates.at(n) + t * rowBytes;
            int at = t * unitBytes;
            int beforeAt = before.at(n) + at;
            int yAt = y.at(n) + at;
            RecurrentPasses passes = RecurrentPasses.get();
            if (lstm) {
                // the cells of the step before are rows of the same tensor; at the first step before's zeros serve
                ByteBuffer cells = i == 0 ? before.buffer : extra.buffer;
                int cellsAt = i == 0 ? beforeAt : extra.at(n) + earlier * unitBytes;
                passes.lstm(
                        gates.buffer,
                        gatesAt,
                        parameters,
                        bias,
                        cells,
                        cellsAt,
                        extra.buffer,
                        extra.at(n) + at,
                        y.buffer,
                        yAt,
                        units);
            } else if (gru) {
                passes.gru(
                        gates.buffer,
                        gatesAt,
                        state.buffer,
                        state.at(n),
                        parameters,
                        bias,
                        before.buffer,
                        beforeAt,
                        extra.buffer,
                        extra.at(n) + at,
                        y.buffer,
                        yAt,
                        units);
            } else {
                passes.tanh(gates.buffer, gatesAt, parameters, bias, y.buffer, yAt, units);
            }
        }
    }

    /** Adds h R^T to the gates; a GRU's is kept apart. */
    private void stateProduct(Lane lane, int from, int to, int t, Tensor state) {
        long weights = plan.parameterAddress(node.parametersAt() + recurrentAt);
        Gemm.run(
                lane,
                to - from,
                rows,
                units,
                1,
                before.addressOf(from) + (long) t * unitBytes,
                steps * units,
                false,
                weights,
                units,
                true,
                gru ? 0 : 1,
                gru ? state.addressOf(from) : gates.addressOf(from) + (long) t * rowBytes,
                gru ? rows : steps * rows);
    }

    // ------------------------------------------------------------------ backward

    @Override
    void backward(Context context, Tensor[] inputs, Tensor y, Tensor dy) {
        Program program = context.program();
        Tensor dh = program.tensor(node.name() + ".dh", units);
        Tensor dc = lstm ? program.tensor(node.name() + ".dc", units) : null;
        Tensor dx = context.gradientFor(node.input());
        Tensor x = inputs[0];
        program.whole(
                "backward " + node.name(),
                (lane, from, to) -> {
                    zero(lane, dh, from, to);
                    if (lstm) {
                        zero(lane, dc, from, to);
                    }
                    for (int i = steps - 1; i >= 0; i--) {
                        backwardStep(lane, from, to, i, y, dy, dh, dc);
                    }
                    if (dx != null) {
                        long weights = plan.parameterAddress(node.parametersAt());
                        Gemm.run(
                                lane,
                                (to - from) * steps,
                                features,
                                rows,
                                1,
                                gates.addressOf(from),
                                rows,
                                false,
                                weights,
                                features,
                                false,
                                0,
                                dx.addressOf(from),
                                features);
                    }
                },
                present(y, dy, dh, dc, dx, gates, before, extra));
        IntConsumer whenPlaced = context.finalIn(node);
        program.jointLater(
                "backward " + node.name() + " weights",
                (lane, lanes, examples) -> weights(lane, lanes, examples * steps, x),
                whenPlaced,
                present(x, gates, before, gru ? extra : null));
    }

    private static void zero(Lane lane, Tensor tensor, int from, int to) {
        Pointer.memset(lane.a.to(tensor.addressOf(from)), 0, (to - from) * tensor.exampleBytes);
    }

    private void backwardStep(Lane lane, int from, int to, int i, Tensor y, Tensor dy, Tensor dh, Tensor dc) {
        int t = time(i);
        for (int n = from; n < to; n++) {
            int gatesAt = gates.at(n) + t * rowBytes;
            int at = t * unitBytes;
            int beforeAt = before.at(n) + at;
            RecurrentPasses passes = RecurrentPasses.get();
            if (lstm) {
                ByteBuffer cells = i == 0 ? before.buffer : extra.buffer;
                int cellsAt = i == 0 ? beforeAt : extra.at(n) + time(i - 1) * unitBytes;
                passes.lstmGradient(
                        gates.buffer,
                        gatesAt,
                        cells,
                        cellsAt,
                        extra.buffer,
                        extra.at(n) + at,
                        dy.buffer,
                        dy.at(n) + at,
                        dh.buffer,
                        dh.at(n),
                        dc.buffer,
                        dc.at(n),
                        units);
            } else if (gru) {
                passes.gruGradient(
                        gates.buffer,
                        gatesAt,
                        extra.buffer,
                        extra.at(n) + at,
                        before.buffer,
                        beforeAt,
                        dy.buffer,
                        dy.at(n) + at,
                        dh.buffer,
                        dh.at(n),
                        units);
            } else {
                passes.tanhGradient(
                        y.buffer,
                        y.at(n) + at,
                        dy.buffer,
                        dy.at(n) + at,
                        dh.buffer,
                        dh.at(n),
                        gates.buffer,
                        gatesAt,
                        units);
            }
        }
        if (i == 0) {
            return;
        }
        // dh of the step before = gradient of the sums x R; a GRU's n has another gradient towards the state
        int inGates = gru ? 2 * units : rows;
        long weights = plan.parameterAddress(node.parametersAt() + recurrentAt);
        Gemm.run(
                lane,
                to - from,
                units,
                inGates,
                1,
                gates.addressOf(from) + (long) t * rowBytes,
                steps * rows,
                false,
                weights,
                units,
                false,
                gru ? 1 : 0,
                dh.addressOf(from),
                units);
        if (gru) {
            Gemm.run(
                    lane,
                    to - from,
                    units,
                    units,
                    1,
                    extra.addressOf(from) + (long) t * unitBytes,
                    steps * units,
                    false,
                    weights + 2L * units * unitBytes,
                    units,
                    false,
                    1,
                    dh.addressOf(from),
                    units);
        }
    }

    /** Each lane computes its rows of the gradients of W, R and b, over all examples and steps. */
    private void weights(Lane lane, int lanes, int count, Tensor x) {
        int first = Lane.shareStart(lane.index, lanes, rows);
        int end = Lane.shareStart(lane.index + 1, lanes, rows);
        if (first == end) {
            return;
        }
        long gradients = plan.gradientAddress(node.parametersAt());
        long column = gates.address + (long) first * Float.BYTES;
        Gemm.run(
                lane,
                end - first,
                features,
                count,
                1,
                column,
                rows,
                true,
                x.address,
                features,
                false,
                0,
                gradients + (long) first * features * Float.BYTES,
                features);
        int split = gru ? Math.max(first, Math.min(end, 2 * units)) : end;
        recurrentRows(lane, first, split, count, gates, rows, 0);
        recurrentRows(lane, split, end, count, extra, units, 2 * units);
        sums(gates, rows, first, end, 0, count, parameterAt(biasAt + first));
        if (gru) {
            sums(gates, rows, first, split, 0, count, parameterAt(biasAt + rows + first));
            sums(extra, units, split, end, 2 * units, count, parameterAt(biasAt + rows + split));
        }
    }

    /** Rows of R's gradient whose sums' gradient lies in {@code from}, row {@code offset} in column 0. */
    private void recurrentRows(Lane lane, int first, int end, int count, Tensor from, int stride, int offset) {
        if (first == end) {
            return;
        }
        Gemm.run(
                lane,
                end - first,
                units,
                count,
                1,
                from.address + (long) (first - offset) * Float.BYTES,
                stride,
                true,
                before.address,
                units,
                false,
                0,
                plan.gradientAddress(node.parametersAt() + recurrentAt + (long) first * units),
                units);
    }

    private void sums(Tensor from, int stride, int first, int end, int offset, int count, int gradientAt) {
        ByteBuffer gradients = plan.gradientBuffer();
        for (int i = 0; i < end - first; i++) {
            gradients.putFloat(gradientAt + i * Float.BYTES, 0);
        }
        for (int i = 0; i < count && first < end; i++) {
            int at = (i * stride + first - offset) * Float.BYTES;
            RowPasses.get().add(from.buffer, at, gradients, gradientAt, end - first);
        }
    }
}
