package io.lockstep.engine.cpu.sequence;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.node.SequenceNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Gemm;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Step;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Recurrent.Gru;
import io.lockstep.engine.operations.Recurrent.Lstm;
import io.lockstep.kernels.RecurrentPasses;
import io.lockstep.kernels.RowPasses;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;

/**
 * A recurrent layer. The products with the input and all gradients of weights are one matrix product over all steps;
 * only the product with the state goes step by step, for all of a lane's examples.
 *
 * <pre>
 *   gates   (examples, T, gates x units)   sums, then the gates' values, in backward the gradient of the sums
 *   before  (examples, T, units)           the state that each step found: zeros, then y one step earlier
 *   extra   (examples, T, units)           an LSTM's cells; a GRU's state part of n, in backward its gradient
 *   now     (examples, units)              the state; in backward dh and dc, the gradients of state and cells
 *   state   (examples, gates x units)      one step's products with the state; in backward dState, their gradients
 * </pre>
 *
 * W, R and b are used as they lie in the flat vector, rows (gates x units).
 */
final class RecurrentNode extends SequenceNode {
    private final Graph graph;
    private final Recurrent operation;
    private final PackedProduct recurrent;
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
    /** Null where all steps count. */
    private Tensor mask;

    /** @param recurrent the product with R */
    RecurrentNode(Site site, PackedProduct recurrent) {
        super(site);
        graph = site.graph();
        this.recurrent = recurrent;
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
    public void forward(Context context) {
        Tensor[] inputs = context.inputs();
        Program program = context.program();
        long sequence = (long) steps * units;
        gates = program.tensor(node.name() + ".gates", sequence * operation.gates());
        before = program.tensor(node.name() + ".before", sequence);
        extra = lstm || gru ? program.tensor(node.name() + ".extra", sequence) : null;
        Tensor now = program.tensor(node.name() + ".now", units);
        Tensor state = program.tensor(node.name() + ".state", rows);
        Tensor y = context.newOutput();
        Tensor x = inputs[0];
        mask = operation.masked() ? inputs[1] : null;
        program.whole(
                "forward " + node.name(),
                new Step() {
                    @Override
                    public void prepare(int examples) {
                        recurrent.prepareForward(examples);
                    }

                    @Override
                    public void run(Lane lane, int from, int to) {
                        inputProduct(lane, from, to, x);
                        zero(lane, now, from, to);
                        for (int i = 0; i < steps; i++) {
                            forwardStep(lane, from, to, i, now, state, y);
                        }
                    }
                },
                present(x, y, gates, before, extra, now, state, mask));
    }

    /** gates = x W^T, over all steps at once. */
    private void inputProduct(Lane lane, int from, int to, Tensor x) {
        long weights = plan.parameterAddress(node.parametersAt());
        Gemm.run(
                lane,
                (to - from) * steps,
                rows,
                features,
                1,
                x.addressOf(from),
                features,
                false,
                weights,
                features,
                true,
                0,
                gates.addressOf(from),
                rows);
    }

    private int time(int i) {
        return operation.reversed() ? steps - 1 - i : i;
    }

    private void forwardStep(Lane lane, int from, int to, int i, Tensor now, Tensor state, Tensor y) {
        if (i == 0) {
            zero(lane, state, from, to);
        } else {
            recurrent.forward(lane, to - from, now.addressOf(from), state.addressOf(from));
        }
        RecurrentPasses passes = RecurrentPasses.get();
        ByteBuffer parameters = plan.parameterBuffer();
        int bias = parameterAt(biasAt);
        int at = time(i) * unitBytes;
        for (int n = from; n < to; n++) {
            int gatesAt = gates.at(n) + time(i) * rowBytes;
            int beforeAt = before.at(n) + at;
            int yAt = y.at(n) + at;
            before.buffer().put(beforeAt, now.buffer(), now.at(n), unitBytes);
            if (!counts(n, i)) {
                zero(y, yAt, unitBytes);
                if (lstm) {
                    zero(extra, extra.at(n) + at, unitBytes);
                }
            } else if (gru) {
                passes.gru(
                        gates.buffer(),
                        gatesAt,
                        state.buffer(),
                        state.at(n),
                        parameters,
                        bias,
                        before.buffer(),
                        beforeAt,
                        extra.buffer(),
                        extra.at(n) + at,
                        y.buffer(),
                        yAt,
                        units);
            } else {
                RowPasses.get().add(state.buffer(), state.at(n), gates.buffer(), gatesAt, rows);
                if (lstm) {
                    passes.lstm(
                            gates.buffer(),
                            gatesAt,
                            parameters,
                            bias,
                            cellsBefore(i),
                            cellsBeforeAt(n, i),
                            extra.buffer(),
                            extra.at(n) + at,
                            y.buffer(),
                            yAt,
                            units);
                } else {
                    passes.tanh(gates.buffer(), gatesAt, parameters, bias, y.buffer(), yAt, units);
                }
            }
            now.buffer().put(now.at(n), y.buffer(), yAt, unitBytes);
        }
    }

    /** Whether the step is there; one that is not has zeros for output, state and cells. */
    private boolean counts(int n, int i) {
        return mask == null || mask.buffer().getFloat(mask.at(n) + time(i) * Float.BYTES) != 0;
    }

    private static void zero(Tensor tensor, int at, int bytes) {
        for (int i = 0; i < bytes; i += Float.BYTES) {
            tensor.buffer().putFloat(at + i, 0);
        }
    }

    /** The cells of the step before are a row of the same tensor; at the first step the zeros in {@link #before} serve. */
    private ByteBuffer cellsBefore(int i) {
        return i == 0 ? before.buffer() : extra.buffer();
    }

    private int cellsBeforeAt(int n, int i) {
        return i == 0 ? before.at(n) + time(0) * unitBytes : extra.at(n) + time(i - 1) * unitBytes;
    }

    // ------------------------------------------------------------------ backward

    @Override
    public void backward(Context context) {
        Tensor dy = context.gradient();
        Tensor[] inputs = context.inputs();
        Tensor y = context.output();
        Program program = context.program();
        Tensor dh = program.tensor(node.name() + ".dh", units);
        Tensor dc = program.tensor(node.name() + ".dc", units);
        Tensor dState = program.tensor(node.name() + ".dstate", rows);
        Tensor dx = context.gradientFor(0);
        Tensor x = inputs[0];
        program.whole(
                "backward " + node.name(),
                new Step() {
                    @Override
                    public void prepare(int examples) {
                        recurrent.prepareBackward(examples);
                    }

                    @Override
                    public void run(Lane lane, int from, int to) {
                        zero(lane, dh, from, to);
                        zero(lane, dc, from, to);
                        for (int i = steps - 1; i >= 0; i--) {
                            backwardStep(from, to, i, y, dy, dh, dc, dState);
                            if (graph.truncatesBefore(i)) {
                                zero(lane, dh, from, to);
                                zero(lane, dc, from, to);
                            } else if (i > 0) {
                                stateGradient(lane, from, to, dState, dh, dc);
                            }
                        }
                        if (dx != null) {
                            inputGradient(lane, from, to, dx);
                        }
                    }
                },
                present(y, dy, dh, dc, dState, dx, gates, before, extra, mask));
        context.parameterGradients(
                "backward " + node.name() + " weights",
                (lane, lanes, examples) -> weights(lane, lanes, examples * steps, x),
                present(x, gates, before, gru ? extra : null));
    }

    private static void zero(Lane lane, Tensor tensor, int from, int to) {
        Pointer.memset(lane.a().to(tensor.addressOf(from)), 0, (to - from) * tensor.exampleBytes());
    }

    /** Leaves the gradients of the sums in the gates, and those towards the state in {@code dState}. */
    private void backwardStep(int from, int to, int i, Tensor y, Tensor dy, Tensor dh, Tensor dc, Tensor dState) {
        RecurrentPasses passes = RecurrentPasses.get();
        int at = time(i) * unitBytes;
        for (int n = from; n < to; n++) {
            int gatesAt = gates.at(n) + time(i) * rowBytes;
            int dyAt = dy.at(n) + at;
            if (!counts(n, i)) {
                zero(gates, gatesAt, rowBytes);
                zero(dh, dh.at(n), unitBytes);
                zero(dc, dc.at(n), unitBytes);
                if (gru) {
                    zero(extra, extra.at(n) + at, unitBytes);
                }
            } else if (lstm) {
                passes.lstmGradient(
                        gates.buffer(),
                        gatesAt,
                        cellsBefore(i),
                        cellsBeforeAt(n, i),
                        extra.buffer(),
                        extra.at(n) + at,
                        dy.buffer(),
                        dyAt,
                        dh.buffer(),
                        dh.at(n),
                        dc.buffer(),
                        dc.at(n),
                        units);
            } else if (gru) {
                passes.gruGradient(
                        gates.buffer(),
                        gatesAt,
                        extra.buffer(),
                        extra.at(n) + at,
                        before.buffer(),
                        before.at(n) + at,
                        dy.buffer(),
                        dyAt,
                        dh.buffer(),
                        dh.at(n),
                        units);
            } else {
                passes.tanhGradient(
                        y.buffer(),
                        y.at(n) + at,
                        dy.buffer(),
                        dyAt,
                        dh.buffer(),
                        dh.at(n),
                        gates.buffer(),
                        gatesAt,
                        units);
            }
            int own = gru ? 2 * unitBytes : rowBytes;
            dState.buffer().put(dState.at(n), gates.buffer(), gatesAt, own);
            if (gru) {
                dState.buffer().put(dState.at(n) + own, extra.buffer(), extra.at(n) + at, unitBytes);
            }
        }
    }

    /** dh of the step before; a GRU's has a part already that no product carries, and no cells: dc takes the product. */
    private void stateGradient(Lane lane, int from, int to, Tensor dState, Tensor dh, Tensor dc) {
        Tensor product = gru ? dc : dh;
        recurrent.backward(lane, to - from, dState.addressOf(from), product.addressOf(from));
        if (gru) {
            RowPasses.get().add(dc.buffer(), dc.at(from), dh.buffer(), dh.at(from), (to - from) * units);
        }
    }

    private void inputGradient(Lane lane, int from, int to, Tensor dx) {
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

    /** Each lane computes its rows of the gradients of W, R and b, over all examples and steps. */
    private void weights(Lane lane, int lanes, int count, Tensor x) {
        int first = Lane.shareStart(lane.index(), lanes, rows);
        int end = Lane.shareStart(lane.index() + 1, lanes, rows);
        if (first == end) {
            return;
        }
        long gradients = plan.gradientAddress(node.parametersAt());
        long column = gates.address() + (long) first * Float.BYTES;
        Gemm.run(
                lane,
                end - first,
                features,
                count,
                1,
                column,
                rows,
                true,
                x.address(),
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
                from.address() + (long) (first - offset) * Float.BYTES,
                stride,
                true,
                before.address(),
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
            RowPasses.get().add(from.buffer(), at, gradients, gradientAt, end - first);
        }
    }

    /** The programs of a plan share the product with R, which is packed once a pass. */
    static CpuNode ofEachProgram(Site site) {
        Node node = site.node();
        Recurrent operation = (Recurrent) node.operation();
        int rows = operation.gates() * operation.units();
        long at = node.parametersAt() + (long) rows * site.from().channels();
        Machine machine = site.machine();
        PackedProduct product = new PackedProduct(machine, machine.parameterAddress(at), rows, operation.units());
        return CpuNode.ofEachProgram(() -> new RecurrentNode(site, product), product::close);
    }
}
