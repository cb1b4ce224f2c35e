package io.lockstep.engine.cpu.sequence;

import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Recurrent.Gru;
import io.lockstep.engine.operations.Recurrent.Lstm;
import io.lockstep.kernels.RecurrentPasses;
import io.lockstep.kernels.RowPasses;
import java.nio.ByteBuffer;

/** What an LSTM, a GRU and a simple recurrent layer do differently, in time step {@code i} of example {@code n}. */
abstract class RecurrentCell {
    final RecurrentMemory memory;
    final RecurrentPasses passes = RecurrentPasses.get();

    private RecurrentCell(RecurrentMemory memory) {
        this.memory = memory;
    }

    static RecurrentCell of(Recurrent operation, RecurrentMemory memory) {
        if (operation instanceof Lstm) {
            return new OfLstm(memory);
        }
        return operation instanceof Gru ? new OfGru(memory) : new Simple(memory);
    }

    /**
     * The gates' values from their sums, and the output.
     *
     * @param state the products of the state with R, to be added to those of the input in the gates
     * @param bias where the biases lie in the parameters
     */
    abstract void forward(int n, int i, Tensor state, ByteBuffer parameters, int bias, Tensor y);

    /**
     * The gradients of the sums, in place of the gates.
     *
     * @param dh the gradient that comes from the next time step's state; a GRU leaves there what no product carries on
     * @param dc the gradient of an LSTM's cells, from the next time step and for the one before
     */
    abstract void backward(int n, int i, Tensor y, Tensor dy, Tensor dh, Tensor dc);

    void addState(int n, int i, Tensor state) {
        int bytes = memory.rowBytes;
        RowPasses.get()
                .add(state.buffer(), state.at(n), memory.gates.buffer(), memory.gatesAt(n, i), bytes / Float.BYTES);
    }

    private static final class OfLstm extends RecurrentCell {
        OfLstm(RecurrentMemory memory) {
            super(memory);
        }

        @Override
        void forward(int n, int i, Tensor state, ByteBuffer parameters, int bias, Tensor y) {
            addState(n, i, state);
            passes.lstm(
                    memory.gates.buffer(),
                    memory.gatesAt(n, i),
                    parameters,
                    bias,
                    memory.cellsBefore(i),
                    memory.cellsBeforeAt(n, i),
                    memory.extra.buffer(),
                    memory.extraAt(n, i),
                    y.buffer(),
                    memory.at(y, n, i),
                    memory.units);
        }

        @Override
        void backward(int n, int i, Tensor y, Tensor dy, Tensor dh, Tensor dc) {
            passes.lstmGradient(
                    memory.gates.buffer(),
                    memory.gatesAt(n, i),
                    memory.cellsBefore(i),
                    memory.cellsBeforeAt(n, i),
                    memory.extra.buffer(),
                    memory.extraAt(n, i),
                    dy.buffer(),
                    memory.at(dy, n, i),
                    dh.buffer(),
                    dh.at(n),
                    dc.buffer(),
                    dc.at(n),
                    memory.units);
        }
    }

    private static final class OfGru extends RecurrentCell {
        OfGru(RecurrentMemory memory) {
            super(memory);
        }

        @Override
        void forward(int n, int i, Tensor state, ByteBuffer parameters, int bias, Tensor y) {
            passes.gru(
                    memory.gates.buffer(),
                    memory.gatesAt(n, i),
                    state.buffer(),
                    state.at(n),
                    parameters,
                    bias,
                    memory.before.buffer(),
                    memory.beforeAt(n, i),
                    memory.extra.buffer(),
                    memory.extraAt(n, i),
                    y.buffer(),
                    memory.at(y, n, i),
                    memory.units);
        }

        @Override
        void backward(int n, int i, Tensor y, Tensor dy, Tensor dh, Tensor dc) {
            passes.gruGradient(
                    memory.gates.buffer(),
                    memory.gatesAt(n, i),
                    memory.extra.buffer(),
                    memory.extraAt(n, i),
                    memory.before.buffer(),
                    memory.beforeAt(n, i),
                    dy.buffer(),
                    memory.at(dy, n, i),
                    dh.buffer(),
                    dh.at(n),
                    memory.units);
        }
    }

    private static final class Simple extends RecurrentCell {
        Simple(RecurrentMemory memory) {
            super(memory);
        }

        @Override
        void forward(int n, int i, Tensor state, ByteBuffer parameters, int bias, Tensor y) {
            addState(n, i, state);
            int yAt = memory.at(y, n, i);
            passes.tanh(memory.gates.buffer(), memory.gatesAt(n, i), parameters, bias, y.buffer(), yAt, memory.units);
        }

        @Override
        void backward(int n, int i, Tensor y, Tensor dy, Tensor dh, Tensor dc) {
            passes.tanhGradient(
                    y.buffer(),
                    memory.at(y, n, i),
                    dy.buffer(),
                    memory.at(dy, n, i),
                    dh.buffer(),
                    dh.at(n),
                    memory.gates.buffer(),
                    memory.gatesAt(n, i),
                    memory.units);
        }
    }
}
