package io.lockstep.training;

import java.nio.ByteBuffer;

/**
 * What one rank did since the last report; sums over its steps.
 *
 * @param examples of this rank
 * @param labels of those examples: as many, or one for each step of a sequence
 * @param lossSum over those labels, without regularisation
 * @param skippedSteps steps whose gradient was not finite
 * @param times where they went
 * @param bytesSent to other ranks, without the transport's own
 * @param measures as {@link BatchResult#measures}
 */
public record RankReport(
        long examples, long labels, double lossSum, long skippedSteps, Times times, long bytesSent, double[] measures) {
    /**
     * Nanoseconds.
     *
     * @param dataWait waited for the next batch
     * @param forwardBackward computing
     * @param reduceWait waited for communication that backward did not hide
     * @param communication the communication thread was busy, hidden or not
     * @param update in the optimizer
     */
    public record Times(long dataWait, long forwardBackward, long reduceWait, long communication, long update) {
        private static final Times NONE = new Times(0, 0, 0, 0, 0);

        private Times plus(Times other) {
            return new Times(
                    dataWait + other.dataWait,
                    forwardBackward + other.forwardBackward,
                    reduceWait + other.reduceWait,
                    communication + other.communication,
                    update + other.update);
        }
    }

    private static final int BYTES = 10 * Long.BYTES;

    public static final RankReport NOTHING = new RankReport(0, 0, 0, 0, Times.NONE, 0, new double[0]);

    /** What of a step is not its turns'. */
    public static RankReport around(long examples, long dataWaitNanos, long bytesSent) {
        return new RankReport(examples, 0, 0, 0, new Times(dataWaitNanos, 0, 0, 0, 0), bytesSent, new double[0]);
    }

    public RankReport plus(RankReport other) {
        return new RankReport(
                examples + other.examples,
                labels + other.labels,
                lossSum + other.lossSum,
                skippedSteps + other.skippedSteps,
                times.plus(other.times),
                bytesSent + other.bytesSent,
                BatchResult.sum(measures, other.measures));
    }

    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(BYTES + measures.length * Double.BYTES)
                .putLong(examples)
                .putLong(labels)
                .putDouble(lossSum)
                .putLong(skippedSteps)
                .putLong(times.dataWait)
                .putLong(times.forwardBackward)
                .putLong(times.reduceWait)
                .putLong(times.communication)
                .putLong(times.update)
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
                new Times(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong()),
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
