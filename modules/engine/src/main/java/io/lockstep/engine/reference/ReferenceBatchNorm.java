package io.lockstep.engine.reference;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.operations.Norm.BatchNorm;

/** Ioffe and Szegedy 2015, algorithm 1, with DL4J's running statistics. */
final class ReferenceBatchNorm {
    private final BatchNorm operation;
    private final int channels;
    private final int gammaAt;
    private final int betaAt;
    private final int meanAt;
    private final int varianceAt;
    /** Whether it normalises by the batch's own statistics. */
    private final boolean ofBatch;

    ReferenceBatchNorm(BatchNorm operation, Node node, boolean training) {
        this.operation = operation;
        ofBatch = training && !operation.fixed();
        channels = node.shape().channels();
        gammaAt = (int) node.parametersAt();
        betaAt = gammaAt + channels;
        meanAt = betaAt + channels;
        varianceAt = meanAt + channels;
    }

    void forward(double[] x, double[] parameters, double[] y) {
        for (int c = 0; c < channels; c++) {
            double mean = ofBatch ? mean(x, c) : parameters[meanAt + c];
            double variance = ofBatch ? variance(x, c, mean) : runningVariance(parameters, c);
            double deviation = Math.sqrt(variance + operation.epsilon());
            for (int i = c; i < x.length; i += channels) {
                y[i] = (x[i] - mean) / deviation * parameters[gammaAt + c] + parameters[betaAt + c];
            }
        }
    }

    void backward(double[] x, double[] parameters, double[] dy, double[] dx, double[] gradients) {
        int count = x.length / channels;
        for (int c = 0; c < channels; c++) {
            double mean = ofBatch ? mean(x, c) : parameters[meanAt + c];
            double variance = ofBatch ? variance(x, c, mean) : runningVariance(parameters, c);
            double deviation = Math.sqrt(variance + operation.epsilon());
            double sum = 0;
            double products = 0;
            for (int i = c; i < x.length; i += channels) {
                sum += dy[i];
                products += dy[i] * (x[i] - mean) / deviation;
            }
            for (int i = c; i < x.length; i += channels) {
                double normalized = (x[i] - mean) / deviation;
                double byStatistics = ofBatch ? sum / count + normalized * products / count : 0;
                dx[i] += parameters[gammaAt + c] / deviation * (dy[i] - byStatistics);
            }
            gradients[gammaAt + c] = products;
            gradients[betaAt + c] = sum;
            if (ofBatch) {
                gradients[meanAt + c] = (1 - operation.decay()) * (parameters[meanAt + c] - mean);
                gradients[varianceAt + c] = varianceChange(parameters, c, variance);
            }
        }
    }

    private double varianceChange(double[] parameters, int c, double variance) {
        double old = runningVariance(parameters, c);
        double now = operation.decay() * old + (1 - operation.decay()) * variance;
        return operation.logDeviation() ? (Math.log10(old) - Math.log10(now)) / 2 : old - now;
    }

    private double runningVariance(double[] parameters, int c) {
        double held = parameters[varianceAt + c];
        return operation.logDeviation() ? Math.pow(10, 2 * held) : held;
    }

    private double mean(double[] x, int c) {
        double sum = 0;
        for (int i = c; i < x.length; i += channels) {
            sum += x[i];
        }
        return sum / (x.length / channels);
    }

    private double variance(double[] x, int c, double mean) {
        double sum = 0;
        for (int i = c; i < x.length; i += channels) {
            sum += (x[i] - mean) * (x[i] - mean);
        }
        return sum / (x.length / channels);
    }
}
