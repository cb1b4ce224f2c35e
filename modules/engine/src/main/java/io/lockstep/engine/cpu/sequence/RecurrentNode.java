package io.lockstep.engine.cpu.sequence;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.cpu.node.Context;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.node.SequenceNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Recurrent.Gru;
import io.lockstep.engine.operations.Recurrent.Lstm;
import io.lockstep.kernels.RowPasses;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;

/**
 * A recurrent layer: what its {@link RecurrentCell} does at each time step, and the products around it. Those with the input
 * and all gradients of weights are one matrix product over all time steps; only the product with the state goes from time
 * step to time step, for all of a lane's examples.
 *
 * <p>Beside what {@link RecurrentMemory} keeps there are
 *
 * <pre>
 *   now     (examples, units)              the state; in backward dh and dc, the gradients of state and cells
 *   state   (examples, gates x units)      one time step's products with the state; in backward dState, their gradients
 * </pre>
 *
 * W, R and b are used as they lie in the flat vector, rows (gates x units).
 */
final class RecurrentNode extends SequenceNode {
    private final Graph graph;
    private final Recurrent operation;
    private final PackedProduct recurrent;
    private final RecurrentMemory memory;
    private final RecurrentCell cell;
    private final boolean gru;
    private final int units;
    private final int rows;
    private final int features;
    private final int steps;
    private final int unitBytes;
    private final int rowBytes;
    private final long recurrentAt;
    private final long biasAt;

    /** @param recurrent the product with R */
    RecurrentNode(Site site, PackedProduct recurrent) {
        super(site);
        graph = site.graph();
        this.recurrent = recurrent;
        operation = (Recurrent) node.operation();
        gru = operation instanceof Gru;
        units = operation.units();
        rows = operation.gates() * units;
        features = shapes.get(0).channels();
        steps = node.shape().height();
        unitBytes = units * Float.BYTES;
        rowBytes = rows * Float.BYTES;
        recurrentAt = (long) rows * features;
        biasAt = recurrentAt + (long) rows * units;
        memory = new RecurrentMemory(operation, steps);
        cell = RecurrentCell.of(operation, memory);
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

    private static void zero(Lane lane, Tensor tensor, int from, int to) {
        Pointer.memset(lane.at(tensor.addressOf(from)), 0, (to - from) * tensor.exampleBytes());
    }

    // ------------------------------------------------------------------ forward

    @Override
    public void forward(Context context) {
        Tensor[] inputs = context.inputs();
        Program program = context.program();
        long sequence = (long) steps * units;
        memory.gates = program.tensor(node.name() + ".gates", sequence * operation.gates());
        memory.before = program.tensor(node.name() + ".before", sequence);
        memory.extra = operation instanceof Lstm || gru ? program.tensor(node.name() + ".extra", sequence) : null;
        memory.mask = operation.masked() ? inputs[1] : null;
        Tensor now = program.tensor(node.name() + ".now", units);
        Tensor state = program.tensor(node.name() + ".state", rows);
        Tensor y = context.newOutput();
        Tensor x = inputs[0];
        program.whole(
                "forward " + node.name(),
                new ExampleTask() {
                    @Override
                    public void prepare(int examples) {
                        recurrent.prepareForward(examples);
                    }

                    @Override
                    public void run(Lane lane, int from, int to) {
                        inputProduct(lane, from, to, x);
                        zero(lane, now, from, to);
                        for (int i = 0; i < steps; i++) {
                            forwardTimeStep(lane, from, to, i, now, state, y);
                        }
                    }
                },
                present(x, y, memory.gates, memory.before, memory.extra, now, state, memory.mask));
    }

    /** gates = x W^T, over all time steps at once. */
    private void inputProduct(Lane lane, int from, int to, Tensor x) {
        lane.gemm()
                .product((to - from) * steps, rows, features)
                .left(x.addressOf(from), features)
                .rightTransposed(plan.parameterAddress(node.parametersAt()), features)
                .into(memory.gates.addressOf(from), rows);
    }

    private void forwardTimeStep(Lane lane, int from, int to, int i, Tensor now, Tensor state, Tensor y) {
        if (i == 0) {
            zero(lane, state, from, to);
        } else {
            recurrent.forward(lane, to - from, now.addressOf(from), state.addressOf(from));
        }
        ByteBuffer parameters = plan.parameterBuffer();
        int bias = parameterAt(biasAt);
        for (int n = from; n < to; n++) {
            int yAt = memory.at(y, n, i);
            memory.before.buffer().put(memory.beforeAt(n, i), now.buffer(), now.at(n), unitBytes);
            if (memory.counts(n, i)) {
                cell.forward(n, i, state, parameters, bias, y);
            } else {
                RecurrentMemory.zero(y, yAt, unitBytes);
                zeroExtra(n, i);
            }
            now.buffer().put(now.at(n), y.buffer(), yAt, unitBytes);
        }
    }

    private void zeroExtra(int n, int i) {
        if (memory.extra != null) {
            RecurrentMemory.zero(memory.extra, memory.extraAt(n, i), unitBytes);
        }
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
                new ExampleTask() {
                    @Override
                    public void prepare(int examples) {
                        recurrent.prepareBackward(examples);
                    }

                    @Override
                    public void run(Lane lane, int from, int to) {
                        zero(lane, dh, from, to);
                        zero(lane, dc, from, to);
                        for (int i = steps - 1; i >= 0; i--) {
                            backwardTimeStep(from, to, i, y, dy, dh, dc, dState);
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
                present(y, dy, dh, dc, dState, dx, memory.gates, memory.before, memory.extra, memory.mask));
        context.parameterGradients(
                "backward " + node.name() + " weights",
                (lane, lanes, examples) -> weights(lane, lanes, examples * steps, x),
                present(x, memory.gates, memory.before, gru ? memory.extra : null));
    }

    /** Leaves the gradients of the sums in the gates, and those towards the state in {@code dState}. */
    private void backwardTimeStep(int from, int to, int i, Tensor y, Tensor dy, Tensor dh, Tensor dc, Tensor dState) {
        for (int n = from; n < to; n++) {
            int gatesAt = memory.gatesAt(n, i);
            if (memory.counts(n, i)) {
                cell.backward(n, i, y, dy, dh, dc);
            } else {
                RecurrentMemory.zero(memory.gates, gatesAt, rowBytes);
                RecurrentMemory.zero(dh, dh.at(n), unitBytes);
                RecurrentMemory.zero(dc, dc.at(n), unitBytes);
                zeroExtra(n, i);
            }
            int own = gru ? 2 * unitBytes : rowBytes;
            dState.buffer().put(dState.at(n), memory.gates.buffer(), gatesAt, own);
            if (gru) {
                dState.buffer().put(dState.at(n) + own, memory.extra.buffer(), memory.extraAt(n, i), unitBytes);
            }
        }
    }

    /** dh of the time step before; a GRU's has a part already that no product carries, and no cells: dc takes the product. */
    private void stateGradient(Lane lane, int from, int to, Tensor dState, Tensor dh, Tensor dc) {
        Tensor product = gru ? dc : dh;
        recurrent.backward(lane, to - from, dState.addressOf(from), product.addressOf(from));
        if (gru) {
            RowPasses.get().add(dc.buffer(), dc.at(from), dh.buffer(), dh.at(from), (to - from) * units);
        }
    }

    private void inputGradient(Lane lane, int from, int to, Tensor dx) {
        lane.gemm()
                .product((to - from) * steps, features, rows)
                .left(memory.gates.addressOf(from), rows)
                .right(plan.parameterAddress(node.parametersAt()), features)
                .into(dx.addressOf(from), features);
    }

    // ------------------------------------------------------------------ gradients of W, R and b

    /** Each lane computes its rows, over all examples and time steps. */
    private void weights(Lane lane, int lanes, int count, Tensor x) {
        int first = Lane.shareStart(lane.index(), lanes, rows);
        int end = Lane.shareStart(lane.index() + 1, lanes, rows);
        if (first == end) {
            return;
        }
        long gradients = plan.gradientAddress(node.parametersAt());
        lane.gemm()
                .product(end - first, features, count)
                .leftTransposed(memory.gates.address() + (long) first * Float.BYTES, rows)
                .right(x.address(), features)
                .into(gradients + (long) first * features * Float.BYTES, features);
        int split = gru ? Math.max(first, Math.min(end, 2 * units)) : end;
        recurrentRows(lane, first, split, count, memory.gates, rows, 0);
        recurrentRows(lane, split, end, count, memory.extra, units, 2 * units);
        sums(memory.gates, rows, first, end, 0, count, parameterAt(biasAt + first));
        if (gru) {
            sums(memory.gates, rows, first, split, 0, count, parameterAt(biasAt + rows + first));
            sums(memory.extra, units, split, end, 2 * units, count, parameterAt(biasAt + rows + split));
        }
    }

    /** Rows of R's gradient whose sums' gradient lies in {@code from}, row {@code offset} in column 0. */
    private void recurrentRows(Lane lane, int first, int end, int count, Tensor from, int stride, int offset) {
        if (first == end) {
            return;
        }
        lane.gemm()
                .product(end - first, units, count)
                .leftTransposed(from.address() + (long) (first - offset) * Float.BYTES, stride)
                .right(memory.before.address(), units)
                .into(plan.gradientAddress(node.parametersAt() + recurrentAt + (long) first * units), units);
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
}
