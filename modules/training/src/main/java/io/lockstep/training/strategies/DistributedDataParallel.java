package io.lockstep.training.strategies;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.WireType;
import io.lockstep.training.GradientListener;
import io.lockstep.training.Replica;
import io.lockstep.training.Step;
import io.lockstep.training.Strategy;

/**
 * {@code ddp}: dense gradients, every step, all-reduced in buckets while backward goes on (Li et al. 2020). Every rank
 * then applies the same update to the same parameters.
 */
public final class DistributedDataParallel implements Strategy {
    static final String NAME = "ddp";

    private final Replica replica;
    private final ProcessGroup group;
    private final WireType wire;
    private final Optimizer optimizer;
    private final GradientBuckets buckets;

    /**
     * @param bucketBytes bytes reduced together; the first bucket of a step is a quarter of that
     * @param wire how numbers travel; with 16 bits they are divided by the global batch first, as sums over a batch may
     *     leave float16's range
     * @param overlap exchange buckets while backward goes on, and not after it; the bits are the same
     */
    public DistributedDataParallel(Setup setup, int bucketBytes, WireType wire, boolean overlap) {
        replica = setup.replica();
        group = setup.group();
        this.wire = wire;
        optimizer = new Optimizer(replica, setup.clipNorm());
        buckets = new GradientBuckets(
                replica, bucketBytes, overlap, bucket -> group.prepareAllReduce(bucket, Reduction.SUM, wire));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void placeParameters() {
        InitialBroadcast.run(replica, group);
    }

    @Override
    public GradientListener begin(Step step) {
        return buckets.begin(step, wire == WireType.FLOAT32 ? 1 : 1f / step.globalExamples());
    }

    @Override
    public Exchange finish(Step step) {
        long waited = buckets.await();
        long start = System.nanoTime();
        boolean applied =
                optimizer.apply(step, wire == WireType.FLOAT32 ? 1f / step.globalExamples() : 1, step.globalExamples());
        return new Exchange(waited, buckets.communicationNanos(), System.nanoTime() - start, !applied, true);
    }
}
