package io.lockstep.engine.cpu.sequence;

import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Recurrent;
import java.nio.ByteBuffer;

/**
 * What a recurrent layer keeps from forward to backward, and where a time step of an example lies in it.
 *
 * <pre>
 *   gates   (examples, T, gates x units)   sums, then the gates' values, in backward the gradient of the sums
 *   before  (examples, T, units)           the state that each time step found: zeros, then y one time step earlier
 *   extra   (examples, T, units)           an LSTM's cells; a GRU's state part of n, in backward its gradient
 * </pre>
 *
 * Time steps are counted in the order in which the layer takes them, {@code i} from 0, and lie in the order of the sequence.
 */
final class RecurrentMemory {
    final int units;
    final int unitBytes;
    final int rowBytes;
    Tensor gates;
    Tensor before;
    /** Null for a layer that needs none. */
    Tensor extra;
    /** Null where all time steps count. */
    Tensor mask;

    private final int steps;
    private final boolean reversed;

    RecurrentMemory(Recurrent operation, int steps) {
        units = operation.units();
        unitBytes = units * Float.BYTES;
        rowBytes = operation.gates() * unitBytes;
        reversed = operation.reversed();
        this.steps = steps;
    }

    private int time(int i) {
        return reversed ? steps - 1 - i : i;
    }

    int gatesAt(int n, int i) {
        return gates.at(n) + time(i) * rowBytes;
    }

    int beforeAt(int n, int i) {
        return at(before, n, i);
    }

    int extraAt(int n, int i) {
        return at(extra, n, i);
    }

    /** In a tensor of (examples, T, units). */
    int at(Tensor tensor, int n, int i) {
        return tensor.at(n) + time(i) * unitBytes;
    }

    /** The cells of the time step before are a row of the same tensor; at the first one the zeros in {@link #before} serve. */
    ByteBuffer cellsBefore(int i) {
        return i == 0 ? before.buffer() : extra.buffer();
    }

    int cellsBeforeAt(int n, int i) {
        return i == 0 ? beforeAt(n, 0) : extraAt(n, i - 1);
    }

    /** Whether the time step is there; one that is not has zeros for output, state and cells. */
    boolean counts(int n, int i) {
        return mask == null || mask.buffer().getFloat(mask.at(n) + time(i) * Float.BYTES) != 0;
    }

    static void zero(Tensor tensor, int at, int bytes) {
        for (int i = 0; i < bytes; i += Float.BYTES) {
            tensor.buffer().putFloat(at + i, 0);
        }
    }
}
