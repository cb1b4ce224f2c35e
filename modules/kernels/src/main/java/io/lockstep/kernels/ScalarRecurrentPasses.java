package io.lockstep.kernels;

import java.nio.ByteBuffer;

/** Plain loops, for JVMs without the vector module and for the units that do not fill a vector. */
final class ScalarRecurrentPasses extends RecurrentPasses {
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
        lstm(gates, gatesAt, bias, biasAt, before, beforeAt, cells, cellsAt, y, yAt, 0, units);
    }

    /** From unit {@code first} on. */
    void lstm(
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
            int first,
            int units) {
        int gate = units * Float.BYTES;
        for (int u = first * Float.BYTES; u < gate; u += Float.BYTES) {
            int at = gatesAt + u;
            float a = (float) Math.tanh(gates.getFloat(at) + bias.getFloat(biasAt + u));
            float f = sigmoid(gates.getFloat(at + gate) + bias.getFloat(biasAt + u + gate));
            float o = sigmoid(gates.getFloat(at + 2 * gate) + bias.getFloat(biasAt + u + 2 * gate));
            float i = sigmoid(gates.getFloat(at + 3 * gate) + bias.getFloat(biasAt + u + 3 * gate));
            float c = f * before.getFloat(beforeAt + u) + i * a;
            gates.putFloat(at, a);
            gates.putFloat(at + gate, f);
            gates.putFloat(at + 2 * gate, o);
            gates.putFloat(at + 3 * gate, i);
            cells.putFloat(cellsAt + u, c);
            y.putFloat(yAt + u, o * (float) Math.tanh(c));
        }
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
        lstmGradient(gates, gatesAt, before, beforeAt, cells, cellsAt, dy, dyAt, dh, dhAt, dc, dcAt, 0, units);
    }

    void lstmGradient(
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
            int first,
            int units) {
        int gate = units * Float.BYTES;
        for (int u = first * Float.BYTES; u < gate; u += Float.BYTES) {
            int at = gatesAt + u;
            float a = gates.getFloat(at);
            float f = gates.getFloat(at + gate);
            float o = gates.getFloat(at + 2 * gate);
            float i = gates.getFloat(at + 3 * gate);
            float tanh = (float) Math.tanh(cells.getFloat(cellsAt + u));
            float d = dy.getFloat(dyAt + u) + dh.getFloat(dhAt + u);
            float dCell = dc.getFloat(dcAt + u) + d * o * (1 - tanh * tanh);
            gates.putFloat(at, dCell * i * (1 - a * a));
            gates.putFloat(at + gate, dCell * before.getFloat(beforeAt + u) * f * (1 - f));
            gates.putFloat(at + 2 * gate, d * tanh * o * (1 - o));
            gates.putFloat(at + 3 * gate, dCell * a * i * (1 - i));
            dc.putFloat(dcAt + u, dCell * f);
        }
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
        gru(gates, gatesAt, state, stateAt, bias, biasAt, before, beforeAt, candidate, candidateAt, y, yAt, 0, units);
    }

    void gru(
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
            int first,
            int units) {
        int gate = units * Float.BYTES;
        for (int u = first * Float.BYTES; u < gate; u += Float.BYTES) {
            int at = gatesAt + u;
            float r = sigmoid(gruSum(gates, at, state, stateAt + u, bias, biasAt + u, gate));
            float z = sigmoid(gruSum(gates, at + gate, state, stateAt + u + gate, bias, biasAt + u + gate, gate));
            float fromState = state.getFloat(stateAt + u + 2 * gate) + bias.getFloat(biasAt + u + 5 * gate);
            float fromInput = gates.getFloat(at + 2 * gate) + bias.getFloat(biasAt + u + 2 * gate);
            float n = (float) Math.tanh(fromInput + r * fromState);
            gates.putFloat(at, r);
            gates.putFloat(at + gate, z);
            gates.putFloat(at + 2 * gate, n);
            candidate.putFloat(candidateAt + u, fromState);
            y.putFloat(yAt + u, n + z * (before.getFloat(beforeAt + u) - n));
        }
    }

    private static float gruSum(
            ByteBuffer gates, int at, ByteBuffer state, int stateAt, ByteBuffer bias, int biasAt, int gate) {
        return gates.getFloat(at) + bias.getFloat(biasAt) + state.getFloat(stateAt) + bias.getFloat(biasAt + 3 * gate);
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
        gruGradient(gates, gatesAt, candidate, candidateAt, before, beforeAt, dy, dyAt, dh, dhAt, 0, units);
    }

    void gruGradient(
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
            int first,
            int units) {
        int gate = units * Float.BYTES;
        for (int u = first * Float.BYTES; u < gate; u += Float.BYTES) {
            int at = gatesAt + u;
            float r = gates.getFloat(at);
            float z = gates.getFloat(at + gate);
            float n = gates.getFloat(at + 2 * gate);
            float d = dy.getFloat(dyAt + u) + dh.getFloat(dhAt + u);
            float dn = d * (1 - z) * (1 - n * n);
            gates.putFloat(at, dn * candidate.getFloat(candidateAt + u) * r * (1 - r));
            gates.putFloat(at + gate, d * (before.getFloat(beforeAt + u) - n) * z * (1 - z));
            gates.putFloat(at + 2 * gate, dn);
            candidate.putFloat(candidateAt + u, dn * r);
            dh.putFloat(dhAt + u, d * z);
        }
    }

    @Override
    public void tanh(ByteBuffer x, int xAt, ByteBuffer bias, int biasAt, ByteBuffer y, int yAt, int units) {
        for (int u = 0; u < units * Float.BYTES; u += Float.BYTES) {
            y.putFloat(yAt + u, (float) Math.tanh(x.getFloat(xAt + u) + bias.getFloat(biasAt + u)));
        }
    }

    @Override
    public void tanhGradient(
            ByteBuffer y, int yAt, ByteBuffer dy, int dyAt, ByteBuffer dh, int dhAt, ByteBuffer g, int gAt, int units) {
        for (int u = 0; u < units * Float.BYTES; u += Float.BYTES) {
            float value = y.getFloat(yAt + u);
            g.putFloat(gAt + u, (dy.getFloat(dyAt + u) + dh.getFloat(dhAt + u)) * (1 - value * value));
        }
    }

    private static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }
}
