package io.lockstep.benchmarks.kernels;

import io.lockstep.kernels.RecurrentPasses;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Cells of {@value #UNITS} units, one example after the other. */
public class RecurrentPassesBenchmark extends KernelSuite {
    private static final RecurrentPasses PASSES = RecurrentPasses.get();
    private static final int UNITS = 256;
    private static final int ROW_BYTES = UNITS * Float.BYTES;
    private static final int GATES = 4;

    private ByteBuffer gates;
    private ByteBuffer bias;
    private ByteBuffer before;
    private ByteBuffer cells;
    private ByteBuffer y;

    @Setup
    public void allocate() {
        gates = random(elements, 1);
        bias = random(GATES * UNITS, 2);
        before = random(elements / GATES, 3);
        cells = zeros(elements / GATES);
        y = zeros(elements);
    }

    /** Elements are gates. Each is read and written, and a quarter of what a unit has: a cell before, a cell and y. */
    @Benchmark
    @BytesMoved(11)
    public void lstm() {
        for (int at = 0; at < elements / GATES * Float.BYTES; at += ROW_BYTES) {
            PASSES.lstm(gates, GATES * at, bias, 0, before, at, cells, at, y, at, UNITS);
        }
    }

    @Benchmark
    @BytesMoved(8)
    public void tanh() {
        for (int at = 0; at < elements * Float.BYTES; at += ROW_BYTES) {
            PASSES.tanh(gates, at, bias, 0, y, at, UNITS);
        }
    }
}
