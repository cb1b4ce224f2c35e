package io.lockstep.kernels;

import static io.lockstep.kernels.SimdMath.BYTES;
import static io.lockstep.kernels.SimdMath.LANES;
import static io.lockstep.kernels.SimdMath.ORDER;
import static io.lockstep.kernels.SimdMath.load;
import static io.lockstep.kernels.SimdMath.sigmoid;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;

/** The Vector API's. */
final class SimdRecurrentPasses extends RecurrentPasses {
    private final ScalarRecurrentPasses scalar = new ScalarRecurrentPasses();

    private static int endOfVectors(int units) {
        return units / LANES * BYTES;
    }

    @Override
    public void lstm(
            ByteBuffer gates,
            int gatesAt,
            ByteBuffer bias,
            int biasAt,
            ByteBuffer before,
            int beforeAt,
            ByteBuffer cells,
            int cellsAt,
            ByteBuffer y,
            int yAt,
            int units) {
        int gate = units * Float.BYTES;
        int end = endOfVectors(units);
        for (int u = 0; u < end; u += BYTES) {
            int at = gatesAt + u;
            FloatVector a = SimdMath.tanh(load(gates, at).add(load(bias, biasAt + u)));
            FloatVector f = sigmoid(load(gates, at + gate).add(load(bias, biasAt + u + gate)));
            FloatVector o = sigmoid(load(gates, at + 2 * gate).add(load(bias, biasAt + u + 2 * gate)));
            FloatVector i = sigmoid(load(gates, at + 3 * gate).add(load(bias, biasAt + u + 3 * gate)));
            FloatVector c = f.mul(load(before, beforeAt + u)).add(i.mul(a));
            a.intoByteBuffer(gates, at, ORDER);
            f.intoByteBuffer(gates, at + gate, ORDER);
            o.intoByteBuffer(gates, at + 2 * gate, ORDER);
            i.intoByteBuffer(gates, at + 3 * gate, ORDER);
            c.intoByteBuffer(cells, cellsAt + u, ORDER);
            o.mul(SimdMath.tanh(c)).intoByteBuffer(y, yAt + u, ORDER);
        }
        int done = end / Float.BYTES;
        scalar.lstm(gates, gatesAt, bias, biasAt, before, beforeAt, cells, cellsAt, y, yAt, done, units);
    }

    @Override
    public void lstmGradient(
            ByteBuffer gates,
            int gatesAt,
            ByteBuffer before,
            int beforeAt,
            ByteBuffer cells,
            int cellsAt,
            ByteBuffer dy,
            int dyAt,
            ByteBuffer dh,
            int dhAt,
            ByteBuffer dc,
            int dcAt,
            int units) {
        int gate = units * Float.BYTES;
        int end = endOfVectors(units);
        for (int u = 0; u < end; u += BYTES) {
            int at = gatesAt + u;
            FloatVector a = load(gates, at);
            FloatVector f = load(gates, at + gate);
            FloatVector o = load(gates, at + 2 * gate);
            FloatVector i = load(gates, at + 3 * gate);
            FloatVector tanh = SimdMath.tanh(load(cells, cellsAt + u));
            FloatVector d = load(dy, dyAt + u).add(load(dh, dhAt + u));
            FloatVector dCell = d.mul(o).mul(complement(tanh.mul(tanh))).add(load(dc, dcAt + u));
            dCell.mul(i).mul(complement(a.mul(a))).intoByteBuffer(gates, at, ORDER);
            slope(dCell.mul(load(before, beforeAt + u)), f).intoByteBuffer(gates, at + gate, ORDER);
            slope(d.mul(tanh), o).intoByteBuffer(gates, at + 2 * gate, ORDER);
            slope(dCell.mul(a), i).intoByteBuffer(gates, at + 3 * gate, ORDER);
            dCell.mul(f).intoByteBuffer(dc, dcAt + u, ORDER);
        }
        int done = end / Float.BYTES;
        scalar.lstmGradient(
                gates, gatesAt, before, beforeAt, cells, cellsAt, dy, dyAt, dh, dhAt, dc, dcAt, done, units);
    }

    /** 1 - x. */
    private static FloatVector complement(FloatVector x) {
        return FloatVector.broadcast(SimdMath.FLOATS, 1f).sub(x);
    }

    /** d s (1 - s), the gradient before a sigmoid. */
    private static FloatVector slope(FloatVector d, FloatVector s) {
        return d.mul(s).mul(complement(s));
    }

    @Override
    public void gru(
            ByteBuffer gates,
            int gatesAt,
            ByteBuffer state,
            int stateAt,
            ByteBuffer bias,
            int biasAt,
            ByteBuffer before,
            int beforeAt,
            ByteBuffer candidate,
            int candidateAt,
            ByteBuffer y,
            int yAt,
            int units) {
        int gate = units * Float.BYTES;
        int end = endOfVectors(units);
        for (int u = 0; u < end; u += BYTES) {
            int at = gatesAt + u;
            int from = stateAt + u;
            int b = biasAt + u;
            FloatVector r = sigmoid(
                    load(gates, at).add(load(bias, b)).add(load(state, from)).add(load(bias, b + 3 * gate)));
            FloatVector z = sigmoid(load(gates, at + gate)
                    .add(load(bias, b + gate))
                    .add(load(state, from + gate))
                    .add(load(bias, b + 4 * gate)));
            FloatVector fromState = load(state, from + 2 * gate).add(load(bias, b + 5 * gate));
            FloatVector fromInput = load(gates, at + 2 * gate).add(load(bias, b + 2 * gate));
            FloatVector n = SimdMath.tanh(fromInput.add(r.mul(fromState)));
            r.intoByteBuffer(gates, at, ORDER);
            z.intoByteBuffer(gates, at + gate, ORDER);
            n.intoByteBuffer(gates, at + 2 * gate, ORDER);
            fromState.intoByteBuffer(candidate, candidateAt + u, ORDER);
            n.add(z.mul(load(before, beforeAt + u).sub(n))).intoByteBuffer(y, yAt + u, ORDER);
        }
        int done = end / Float.BYTES;
        scalar.gru(
                gates,
                gatesAt,
                state,
                stateAt,
                bias,
                biasAt,
                before,
                beforeAt,
                candidate,
                candidateAt,
                y,
                yAt,
                done,
                units);
    }

    @Override
    public void gruGradient(
            ByteBuffer gates,
            int gatesAt,
            ByteBuffer candidate,
            int candidateAt,
            ByteBuffer before,
            int beforeAt,
            ByteBuffer dy,
            int dyAt,
            ByteBuffer dh,
            int dhAt,
            int units) {
        int gate = units * Float.BYTES;
        int end = endOfVectors(units);
        for (int u = 0; u < end; u += BYTES) {
            int at = gatesAt + u;
            FloatVector r = load(gates, at);
            FloatVector z = load(gates, at + gate);
            FloatVector n = load(gates, at + 2 * gate);
            FloatVector d = load(dy, dyAt + u).add(load(dh, dhAt + u));
            FloatVector dn = d.mul(complement(z)).mul(complement(n.mul(n)));
            slope(dn.mul(load(candidate, candidateAt + u)), r).intoByteBuffer(gates, at, ORDER);
            slope(d.mul(load(before, beforeAt + u).sub(n)), z).intoByteBuffer(gates, at + gate, ORDER);
            dn.intoByteBuffer(gates, at + 2 * gate, ORDER);
            dn.mul(r).intoByteBuffer(candidate, candidateAt + u, ORDER);
            d.mul(z).intoByteBuffer(dh, dhAt + u, ORDER);
        }
        int done = end / Float.BYTES;
        scalar.gruGradient(gates, gatesAt, candidate, candidateAt, before, beforeAt, dy, dyAt, dh, dhAt, done, units);
    }

    @Override
    public void tanh(ByteBuffer x, int xAt, ByteBuffer bias, int biasAt, ByteBuffer y, int yAt, int units) {
        int end = endOfVectors(units);
        for (int u = 0; u < end; u += BYTES) {
            SimdMath.tanh(load(x, xAt + u).add(load(bias, biasAt + u))).intoByteBuffer(y, yAt + u, ORDER);
        }
        scalar.tanh(x, xAt + end, bias, biasAt + end, y, yAt + end, units % LANES);
    }

    @Override
    public void tanhGradient(
            ByteBuffer y, int yAt, ByteBuffer dy, int dyAt, ByteBuffer dh, int dhAt, ByteBuffer g, int gAt, int units) {
        int end = endOfVectors(units);
        for (int u = 0; u < end; u += BYTES) {
            FloatVector value = load(y, yAt + u);
            FloatVector d = load(dy, dyAt + u).add(load(dh, dhAt + u));
            d.mul(complement(value.mul(value))).intoByteBuffer(g, gAt + u, ORDER);
        }
        scalar.tanhGradient(y, yAt + end, dy, dyAt + end, dh, dhAt + end, g, gAt + end, units % LANES);
    }
}
