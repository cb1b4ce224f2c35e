package io.lockstep.training;

import java.nio.ByteBuffer;

/**
 * What one rank did since the last report; sums over its steps.
 *
 * @param examples of this rank
 * @param labels of those examples: as many, or one for each step of a sequence
 * @param lossSum over those labels, without regularisation
 * @param skippedSteps steps whose gradient was not finite
 * @param dataWaitNanos waited for the next batch
 * @param forwardBackwardNanos computing
 * @param reduceWaitNanos waited for communication that backward did not hide
 * @param communicationNanos the communication thread was busy, hidden or not
 * @param updateNanos in the optimizer
 * @param bytesSent to other ranks, without the transport's own
 * @param measures as {@link BatchResult#measures}
 */
public record RankReport(
        long examples,
        long labels,
        double lossSum,
        long skippedSteps,
        long dataWaitNanos,
        long forwardBackwardNanos,
        long reduceWaitNanos,
        long communicationNanos,
        long updateNanos,
        long bytesSent,
        double[] measures) {
    private static final int BYTES = 10 * Long.BYTES;

    public static final RankReport NOTHING = new RankReport(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, new double[0]);

    /** What of a step is not its turns'. */
    public static RankReport around(long examples, long dataWaitNanos, long bytesSent) {
        return new RankReport(examples, 0, 0, 0, dataWaitNanos, 0, 0, 0, 0, bytesSent, new double[0]);
    }

    public RankReport plus(RankReport other) {
        return new RankReport(
                examples + other.examples,
                labels + other.labels,
                lossSum + other.lossSum,
                skippedSteps + other.skippedSteps,
                dataWaitNanos + other.dataWaitNanos,
                forwardBackwardNanos + other.forwardBackwardNanos,
                reduceWaitNanos + other.reduceWaitNanos,
                communicationNanos + other.communicationNanos,
                updateNanos + other.updateNanos,
                bytesSent + other.bytesSent,
                BatchResult.sum(measures, other.measures));
    }

    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(BYTES + measures.length * Double.BYTES)
                .putLong(examples)
                .putLong(labels)
                .putDouble(lossSum)
                .putLong(skippedSteps)
                .putLong(dataWaitNanos)
                .putLong(forwardBackwardNanos)
                .putLong(reduceWaitNanos)
                .putLong(communicationNanos)
                .putLong(updateNanos)
                .putLong(bytesSent);
        for (double measure : measures) {
            out.putDouble(measure);
        }
        return out.array();
    }

    public static RankReport fromBytes(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new RankReport(
                in.getLong(),
                in.getLong(),
                in.getDouble(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                measures(in));
    }

    private static double[] measures(ByteBuffer in) {
        double[] measures = new double[in.remaining() / Double.BYTES];
        for (int i = 0; i < measures.length; i++) {
            measures[i] = in.getDouble();
        }
        return measures;
    }
}
