package io.lockstep.engine.cpu.norm;

import io.lockstep.engine.StatisticsExchange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Two numbers a channel, and how many pixels they are of: this rank's, then all ranks' together. Without an exchange they
 * stay what they are.
 *
 * <p>They travel as pairs of floats, high and low part, so that a large mean costs no digits:
 *
 * <pre>
 *   chunk of a rank: | count, 2 floats | first[0], 2 | ... | second[0], 2 | ... |
 * </pre>
 *
 * <p>Ranks are combined in their order, so that all come to the same bits.
 */
final class SharedStatistics {
    private final StatisticsExchange exchange;
    private final double[] first;
    private final double[] second;
    private final ByteBuffer message;
    private final int chunkBytes;
    private double count;

    /** @param exchange null for none */
    SharedStatistics(StatisticsExchange exchange, int channels) {
        this.exchange = exchange;
        first = new double[channels];
        second = new double[channels];
        chunkBytes = 2 * Float.BYTES * (1 + 2 * channels);
        int ranks = exchange == null ? 0 : exchange.worldSize();
        message = ByteBuffer.allocateDirect(ranks * chunkBytes).order(ByteOrder.nativeOrder());
    }

    void count(double pixels) {
        count = pixels;
    }

    double count() {
        return count;
    }

    void put(int channel, double firstValue, double secondValue) {
        first[channel] = firstValue;
        second[channel] = secondValue;
    }

    double first(int channel) {
        return first[channel];
    }

    double second(int channel) {
        return second[channel];
    }

    /** First: means; second: sums of squared differences from them (Chan et al. 1979). */
    void combineMoments() {
        if (exchange == null) {
            return;
        }
        gather();
        for (int c = 0; c < first.length; c++) {
            double seen = 0;
            double mean = 0;
            double squares = 0;
            for (int rank = 0; rank < exchange.worldSize(); rank++) {
                double pixels = get(rank, 0);
                if (pixels > 0) {
                    double delta = get(rank, 1 + c) - mean;
                    squares += get(rank, 1 + first.length + c) + delta * delta * seen * pixels / (seen + pixels);
                    mean += delta * pixels / (seen + pixels);
                    seen += pixels;
                }
            }
            put(c, mean, squares);
        }
        countAll();
    }

    /** Both are sums. */
    void combineSums() {
        if (exchange == null) {
            return;
        }
        gather();
        for (int c = 0; c < first.length; c++) {
            double firstSum = 0;
            double secondSum = 0;
            for (int rank = 0; rank < exchange.worldSize(); rank++) {
                firstSum += get(rank, 1 + c);
                secondSum += get(rank, 1 + first.length + c);
            }
            put(c, firstSum, secondSum);
        }
        countAll();
    }

    private void countAll() {
        count = 0;
        for (int rank = 0; rank < exchange.worldSize(); rank++) {
            count += get(rank, 0);
        }
    }

    private void gather() {
        put(0, count);
        for (int c = 0; c < first.length; c++) {
            put(1 + c, first[c]);
            put(1 + first.length + c, second[c]);
        }
        exchange.allGather(message);
    }

    private void put(int index, double value) {
        int at = exchange.rank() * chunkBytes + index * 2 * Float.BYTES;
        float high = (float) value;
        message.putFloat(at, high);
        message.putFloat(at + Float.BYTES, (float) (value - high));
    }

    private double get(int rank, int index) {
        int at = rank * chunkBytes + index * 2 * Float.BYTES;
        return (double) message.getFloat(at) + message.getFloat(at + Float.BYTES);
    }
}
