package io.lockstep.engine.reference;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Recurrent.Gru;
import io.lockstep.engine.operations.Recurrent.Lstm;
import java.util.Arrays;

/** Time step after time step, unit after unit; backward through time over what forward kept. */
final class ReferenceRecurrent extends ReferenceSequence {
    private final Graph graph;
    private final Recurrent operation;
    private final int units;
    private final int rows;
    private final int features;
    private final int steps;
    private final int recurrentAt;
    private final int biasAt;
    private final int recurrentBiasAt;

    // of each (example, time step): the input's and the state's products, and the cell of an LSTM
    private double[][] fromInput;
    private double[][] fromState;
    private double[][] cells;

    ReferenceRecurrent(ReferenceSite site) {
        super(site);
        Node node = site.node();
        graph = site.graph();
        operation = (Recurrent) node.operation();
        units = operation.units();
        rows = operation.gates() * units;
        features = shapes.get(0).channels();
        steps = shape.height();
        recurrentAt = parametersAt + rows * features;
        biasAt = recurrentAt + rows * units;
        recurrentBiasAt = biasAt + rows;
    }

    @Override
    public void forward(double[][] inputs, double[] y) {
        fromInput = new double[examples * steps][rows];
        fromState = new double[examples * steps][rows];
        cells = new double[examples * steps][units];
        for (int n = 0; n < examples; n++) {
            for (int i = 0; i < steps; i++) {
                int now = n * steps + time(i);
                int before = i == 0 ? -1 : n * steps + time(i - 1);
                for (int row = 0; row < rows; row++) {
                    fromInput[now][row] = parameters[biasAt + row];
                    for (int f = 0; f < features; f++) {
                        fromInput[now][row] +=
                                parameters[parametersAt + row * features + f] * inputs[0][now * features + f];
                    }
                    fromState[now][row] = operation.recurrentBias() ? parameters[recurrentBiasAt + row] : 0;
                    for (int u = 0; u < units; u++) {
                        fromState[now][row] += parameters[recurrentAt + row * units + u] * state(y, before, u);
                    }
                }
                for (int u = 0; u < units && counts(inputs, now); u++) {
                    y[now * units + u] = cell(y, now, before, u);
                }
            }
        }
    }

    /** Whether the time step is there; one that is not has zeros for output and cells. */
    private boolean counts(double[][] inputs, int now) {
        return !operation.masked() || inputs[1][now] != 0;
    }

    private int time(int i) {
        return operation.reversed() ? steps - 1 - i : i;
    }

    private double state(double[] y, int step, int u) {
        return step < 0 ? 0 : y[step * units + u];
    }

    private double cellBefore(int step, int u) {
        return step < 0 ? 0 : cells[step][u];
    }

    private double sum(int step, int gate, int u) {
        return fromInput[step][gate * units + u] + fromState[step][gate * units + u];
    }

    private double cell(double[] y, int now, int before, int u) {
        if (operation instanceof Lstm) {
            double a = Math.tanh(sum(now, 0, u));
            double f = sigmoid(sum(now, 1, u));
            double o = sigmoid(sum(now, 2, u));
            double i = sigmoid(sum(now, 3, u));
            cells[now][u] = f * cellBefore(before, u) + i * a;
            return o * Math.tanh(cells[now][u]);
        } else if (operation instanceof Gru) {
            double z = sigmoid(sum(now, 1, u));
            return (1 - z) * candidate(now, u) + z * state(y, before, u);
        }
        return Math.tanh(sum(now, 0, u));
    }

    /** A GRU's n. */
    private double candidate(int now, int u) {
        double r = sigmoid(sum(now, 0, u));
        return Math.tanh(fromInput[now][2 * units + u] + r * fromState[now][2 * units + u]);
    }

    @Override
    public void backward(double[][] inputs, double[] y, double[] dy, double[][] inputGradients) {
        for (int n = 0; n < examples; n++) {
            double[] dh = new double[units];
            double[] dc = new double[units];
            for (int i = steps - 1; i >= 0; i--) {
                int now = n * steps + time(i);
                int before = i == 0 ? -1 : n * steps + time(i - 1);
                double[] dInput = new double[rows];
                double[] dState = new double[rows];
                double[] dhBefore = new double[units];
                boolean counts = counts(inputs, now);
                for (int u = 0; u < units && counts; u++) {
                    double d = dy[now * units + u] + dh[u];
                    cellBackward(y, now, before, u, d, dc, dhBefore, dInput, dState);
                }
                products(inputs, y, now, before, dInput, dState, inputGradients, dhBefore);
                dh = graph.truncatesBefore(i) ? new double[units] : dhBefore;
                if (graph.truncatesBefore(i) || !counts) {
                    Arrays.fill(dc, 0);
                }
            }
        }
    }

    private void cellBackward(
            double[] y,
            int now,
            int before,
            int u,
            double d,
            double[] dc,
            double[] dhBefore,
            double[] dInput,
            double[] dState) {
        if (operation instanceof Lstm) {
            double a = Math.tanh(sum(now, 0, u));
            double f = sigmoid(sum(now, 1, u));
            double o = sigmoid(sum(now, 2, u));
            double i = sigmoid(sum(now, 3, u));
            double tanh = Math.tanh(cells[now][u]);
            double dCell = dc[u] + d * o * (1 - tanh * tanh);
            dInput[u] = dCell * i * (1 - a * a);
            dInput[units + u] = dCell * cellBefore(before, u) * f * (1 - f);
            dInput[2 * units + u] = d * tanh * o * (1 - o);
            dInput[3 * units + u] = dCell * a * i * (1 - i);
            dc[u] = dCell * f;
            System.arraycopy(dInput, 0, dState, 0, rows);
        } else if (operation instanceof Gru) {
            double r = sigmoid(sum(now, 0, u));
            double z = sigmoid(sum(now, 1, u));
            double candidate = candidate(now, u);
            double dn = d * (1 - z) * (1 - candidate * candidate);
            dInput[u] = dn * fromState[now][2 * units + u] * r * (1 - r);
            dInput[units + u] = d * (state(y, before, u) - candidate) * z * (1 - z);
            dInput[2 * units + u] = dn;
            dState[u] = dInput[u];
            dState[units + u] = dInput[units + u];
            dState[2 * units + u] = dn * r;
            dhBefore[u] += d * z;
        } else {
            dInput[u] = d * (1 - y[now * units + u] * y[now * units + u]);
            dState[u] = dInput[u];
        }
    }

    private void products(
            double[][] inputs,
            double[] y,
            int now,
            int before,
            double[] dInput,
            double[] dState,
            double[][] inputGradients,
            double[] dhBefore) {
        for (int row = 0; row < rows; row++) {
            for (int f = 0; f < features; f++) {
                int at = parametersAt + row * features + f;
                gradients[at] += dInput[row] * inputs[0][now * features + f];
                inputGradients[0][now * features + f] += dInput[row] * parameters[at];
            }
            for (int u = 0; u < units; u++) {
                int at = recurrentAt + row * units + u;
                gradients[at] += dState[row] * state(y, before, u);
                dhBefore[u] += dState[row] * parameters[at];
            }
            gradients[biasAt + row] += dInput[row];
            if (operation.recurrentBias()) {
                gradients[recurrentBiasAt + row] += dState[row];
            }
        }
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
