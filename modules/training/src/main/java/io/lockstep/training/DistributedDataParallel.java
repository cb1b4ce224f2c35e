package io.lockstep.training;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Work;
import io.lockstep.kernels.FlatVectors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ddp}: dense gradients, every step, all-reduced in buckets while backward goes on (Li et al. 2020). Every rank
 * then applies the same update to the same parameters.
 *
 * <p>Running statistics travel in the same buckets: each rank's are weighted by its examples before the sum, so that
 * dividing everything by the global batch leaves their mean.
 */
public final class DistributedDataParallel implements Strategy {
    private final FlatVectors vectors = FlatVectors.get();
    private final Replica replica;
    private final ProcessGroup group;
    private final Optimizer optimizer;
    private final Buckets buckets;
    private final ByteBuffer[] bucketGradients;
    private final Work[] outstanding;
    private final List<Range> statistics;
    private final List<ByteBuffer> statisticGradients = new ArrayList<>();

    private int nextBucket;
    private int nextStatistic;

    /**
     * @param bucketBytes bytes reduced together; the first bucket of a step is a quarter of that
     * @param clipNorm global norm to clip to, 0 for none
     */
    public DistributedDataParallel(Replica replica, ProcessGroup group, int bucketBytes, double clipNorm) {
        this.replica = replica;
        this.group = group;
        this.optimizer = new Optimizer(replica, clipNorm);
        long elements = FlatBuffers.elements(replica.gradients());
        long bucketElements = Math.max(1, bucketBytes / Float.BYTES);
        this.buckets = new Buckets(elements, Math.max(1, bucketElements / 4), bucketElements);
        this.bucketGradients = new ByteBuffer[buckets.count()];
        for (int i = 0; i < bucketGradients.length; i++) {
            bucketGradients[i] = FlatBuffers.slice(replica.gradients(), buckets.get(i));
        }
        this.outstanding = new Work[buckets.count()];
        this.statistics = replica.statistics();
        for (Range statistic : statistics) {
            statisticGradients.add(FlatBuffers.slice(replica.gradients(), statistic));
        }
    }

    @Override
    public String name() {
        return "ddp";
    }

    @Override
    public void placeParameters() {
        if (group.worldSize() == 1) {
            return;
        }
        group.broadcast(replica.parameters(), 0).await();
        if (replica.updaterState().limit() > 0) {
            group.broadcast(replica.updaterState(), 0).await();
        }
    }

    @Override
    public GradientListener begin(Step step) {
        nextBucket = 0;
        nextStatistic = statistics.size() - 1;
        return watermark -> reduceFrom(watermark, step.localExamples());
    }

    private void reduceFrom(long watermark, int localExamples) {
        while (nextStatistic >= 0 && statistics.get(nextStatistic).start() >= watermark) {
            vectors.scale(statisticGradients.get(nextStatistic--), localExamples);
        }
        while (nextBucket < bucketGradients.length && buckets.get(nextBucket).start() >= watermark) {
            outstanding[nextBucket] = group.allReduce(bucketGradients[nextBucket], Reduction.SUM);
            nextBucket++;
        }
    }

    @Override
    public Exchange finish(Step step) {
        reduceFrom(0, step.localExamples());
        long start = System.nanoTime();
        long communicationNanos = 0;
        for (Work work : outstanding) {
            work.await();
            communicationNanos += work.durationNanos();
        }
        long reduced = System.nanoTime();
        boolean applied = optimizer.apply(step, step.globalExamples());
        return new Exchange(reduced - start, communicationNanos, System.nanoTime() - reduced, !applied);
    }
}
