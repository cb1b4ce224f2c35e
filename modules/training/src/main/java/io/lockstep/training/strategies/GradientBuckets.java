package io.lockstep.training.strategies;

import io.lockstep.collectives.PreparedWork;
import io.lockstep.kernels.FlatVectors;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.GradientListener;
import io.lockstep.training.RunningStatistics;
import io.lockstep.training.Step;
import io.lockstep.training.Trainee;
import java.nio.ByteBuffer;
import java.util.function.Function;

/**
 * A trainee's flat gradient in buckets, each handed to a collective as soon as backward has finished it, in bucket
 * order, while backward goes on (Li et al. 2020, section 3.2.3).
 *
 * <p>Running statistics travel in the same buckets: each rank's are weighted by its examples before the sum, so that
 * dividing everything by the global batch leaves their mean.
 */
final class GradientBuckets {
    private final FlatVectors vectors = FlatVectors.get();
    private final Buckets buckets;
    private final ByteBuffer[] gradients;
    private final PreparedWork[] exchanges;
    private final RunningStatistics statistics;
    private final GradientListener listener;

    private int next;
    private float scale;
    private int localExamples;
    private long communicationNanos;

    /**
     * @param bucketBytes bytes exchanged together; the first bucket of a step is a quarter of that
     * @param exchange prepares the exchange of one bucket, in place
     * @param overlap exchange while backward goes on; otherwise all buckets when it is over, with the same result
     */
    GradientBuckets(Trainee trainee, int bucketBytes, boolean overlap, Function<ByteBuffer, PreparedWork> exchange) {
        long elements = FlatBuffers.elements(trainee.gradients());
        long bucketElements = Math.max(1, bucketBytes / Float.BYTES);
        buckets = new Buckets(elements, Math.max(1, bucketElements / 4), bucketElements);
        gradients = new ByteBuffer[buckets.count()];
        exchanges = new PreparedWork[buckets.count()];
        for (int i = 0; i < gradients.length; i++) {
            gradients[i] = FlatBuffers.slice(trainee.gradients(), buckets.get(i));
            exchanges[i] = exchange.apply(gradients[i]);
        }
        statistics = new RunningStatistics(trainee);
        listener = overlap ? this::readyFrom : watermark -> {};
    }

    /**
     * @param scale that each bucket is multiplied by before it is exchanged; 1: it is left as it is
     * @return what is to be told what backward has finished
     */
    GradientListener begin(Step step, float scale) {
        next = 0;
        this.scale = scale;
        localExamples = step.localExamples();
        statistics.begin();
        return listener;
    }

    /** Everything from this element on is final. */
    private void readyFrom(long watermark) {
        statistics.scaleFrom(watermark, localExamples);
        while (next < gradients.length && buckets.get(next).start() >= watermark) {
            if (scale != 1) {
                vectors.scale(gradients[next], scale);
            }
            exchanges[next].start();
            next++;
        }
    }

    /**
     * Waits until all buckets are home.
     *
     * @return nanoseconds of waiting
     */
    long await() {
        readyFrom(0);
        long start = System.nanoTime();
        communicationNanos = 0;
        for (PreparedWork work : exchanges) {
            work.await();
            communicationNanos += work.durationNanos();
        }
        return System.nanoTime() - start;
    }

    /** What the communication thread spent on the last step. */
    long communicationNanos() {
        return communicationNanos;
    }
}
